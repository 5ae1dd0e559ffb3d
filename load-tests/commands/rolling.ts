/** `npm run rolling` reloads every tier under pm2 while a drop is on sale, and checks that no client notices. */
import { keepSystem } from './drill/keep-system.ts';
import { describePlayed } from './rolling/describe.ts';
import { argsOf, rollingCommand, type RollingOptions } from './rolling/options.ts';
import { playRolling } from './rolling/play.ts';
import { startRollingSystem } from './rolling/rolling-system.ts';
import { runCommand } from '../cli.ts';
import { showProgress } from '../progress.ts';

await runCommand(rollingCommand, rolling);

/** Returns the exit code. */
async function rolling(options: RollingOptions): Promise<number> {
  let line = () => 'starting';
  const progress = showProgress(() => line(), 10_000);
  const { say } = progress;
  // First, because it installs the stop handlers.
  const systems = keepSystem({
    kind: 'rolling',
    tierSettings: {},
    say,
    start: (place) => startRollingSystem({ ...place, processes: options.processes }),
  });
  try {
    const system = await systems.system();
    say(`${options.rounds} rounds of reloads, seed ${options.seed}`);
    const played = await playRolling(system, options, say, (nextLine) => (line = nextLine));
    progress.stop();
    process.stdout.write(describePlayed(played));
    if (played.noticed.length + played.violations.length === 0) return 0;
    process.stdout.write(`  To repeat: npm run rolling -- ${argsOf(options)}. Logs: ${system.logDir}\n`);
    return 1;
  } finally {
    progress.stop();
    await systems.end();
  }
}
