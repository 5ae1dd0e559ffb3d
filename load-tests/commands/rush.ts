/**
 * `npm run rush` plays a drop with thousands of buyers on the running local system, and checks every rule afterwards.
 */
import { createReport } from '../../proof/violation.ts';
import { runCommand } from '../cli.ts';
import { Board } from '../buyer/board.ts';
import { rushCommand, type RushOptions } from './rush/options.ts';
import { showProgress } from '../progress.ts';
import { findRunningSystem } from '../running-system.ts';
import { connectSystem, playAndCheck } from '../buyer/play-and-check.ts';
import { describeSummary, summarize } from './rush/summary.ts';

/** HTTP connections, shared by all buyers. */
const connections = 256;

await runCommand(rushCommand, rush);

/** Returns the exit code. */
async function rush(options: RushOptions): Promise<number> {
  const running = await findRunningSystem(options.url);
  const system = connectSystem(running, { connections, logLevel: 'error' });
  const board = new Board();
  const progress = showProgress(() => board.line());
  const { violations, report } = createReport();
  try {
    const { say } = progress;
    const { drop, checked } = await playAndCheck(system, options, report, { board, say });
    progress.stop();
    const summary = summarize(options, drop, board, checked, violations);
    const text = options.json ? JSON.stringify(summary, null, 2) : describeSummary(summary, board, drop);
    process.stdout.write(`${text}\n`);
    return violations.length === 0 ? 0 : 1;
  } finally {
    progress.stop();
    await system.close();
  }
}
