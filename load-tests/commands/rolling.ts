/** `npm run rolling`: every tier is reloaded under pm2 while a sale goes on, and nobody may notice. */
import { keepStack } from './drill/keep-stack.ts';
import { describePlayed } from './rolling/describe.ts';
import { argsOf, rollingCommand, type RollingOptions } from './rolling/options.ts';
import { playRolling } from './rolling/play.ts';
import { startStack } from './rolling/stack.ts';
import { runCommand } from '../cli.ts';
import { showProgress } from '../progress.ts';

await runCommand(rollingCommand, rolling);

/** The exit code. */
async function rolling(options: RollingOptions): Promise<number> {
  let line = () => 'it starts';
  const progress = showProgress(() => line(), 10_000);
  const { say } = progress;
  // First, since from here on a stop is heard.
  const stacks = keepStack({
    kind: 'rolling',
    tierSettings: {},
    say,
    start: (place) => startStack({ ...place, processes: options.processes }),
  });
  try {
    const stack = await stacks.stack();
    say(`${options.rounds} rounds of reloads, seed ${options.seed}`);
    const played = await playRolling(stack, options, say, (of) => (line = of));
    progress.stop();
    process.stdout.write(describePlayed(played));
    if (played.noticed.length + played.violations.length === 0) return 0;
    process.stdout.write(`  Again: npm run rolling -- ${argsOf(options)}. Logs: ${stack.logDir}\n`);
    return 1;
  } finally {
    progress.stop();
    await stacks.end();
  }
}
