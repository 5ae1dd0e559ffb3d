/** `npm run rolling`: every tier is reloaded under pm2 while a sale goes on, and nobody may notice. */
import { keepSystem } from './drill/keep-system.ts';
import { describePlayed } from './rolling/describe.ts';
import { argsOf, rollingCommand, type RollingOptions } from './rolling/options.ts';
import { playRolling } from './rolling/play.ts';
import { startRollingSystem } from './rolling/rolling-system.ts';
import { runCommand } from '../cli.ts';
import { showProgress } from '../progress.ts';

await runCommand(rollingCommand, rolling);

/** The exit code. */
async function rolling(options: RollingOptions): Promise<number> {
  let line = () => 'it starts';
  const progress = showProgress(() => line(), 10_000);
  const { say } = progress;
  // First, since from here on a stop is heard.
  const systems = keepSystem({
    kind: 'rolling',
    tierSettings: {},
    say,
    start: (place) => startRollingSystem({ ...place, processes: options.processes }),
  });
  try {
    const system = await systems.system();
    say(`${options.rounds} rounds of reloads, seed ${options.seed}`);
    const played = await playRolling(system, options, say, (of) => (line = of));
    progress.stop();
    process.stdout.write(describePlayed(played));
    if (played.noticed.length + played.violations.length === 0) return 0;
    process.stdout.write(`  Again: npm run rolling -- ${argsOf(options)}. Logs: ${system.logDir}\n`);
    return 1;
  } finally {
    progress.stop();
    await systems.end();
  }
}
