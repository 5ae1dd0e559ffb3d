/** `npm run drill`: sales while things break, and a check of every rule afterwards. */
import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { onStopSignal } from '../local/stop-signals.ts';
import { describeFailure, describeLost, describeResults } from './drill/describe.ts';
import { describeDrills, help, readOptions, type DrillOptions } from './drill/options.ts';
import { runDrill, type DrillResult } from './drill/run-drill.ts';
import { startStack, type Stack } from './drill/stack.ts';
import { BadOption } from './rush/options.ts';
import { showProgress } from './rush/progress.ts';

const holdSeconds = 8;

try {
  const options = readOptions(process.argv.slice(2), randomInt(2 ** 32));
  if (options === 'help') process.stdout.write(help);
  else if (options === 'list') process.stdout.write(describeDrills());
  else process.exitCode = await drill(options);
} catch (error) {
  console.error(error instanceof BadOption ? error.message : error);
  if (error instanceof BadOption) console.error('\n`npm run drill -- --help` lists the options.');
  process.exitCode = error instanceof BadOption ? 2 : 1;
}
// No timer of a client library should keep a finished run from ending.
process.exit();

/** The exit code. */
async function drill(options: DrillOptions): Promise<number> {
  const { chosen, seed, minutes, buyersPerMinute, replicaAcks } = options;
  const localDir = resolve(import.meta.dirname, '..', process.env['SEATDROP_LOCAL_DIR'] ?? '.local');
  let line = () => '';
  const progress = showProgress(() => line());
  const { say } = progress;
  const results: DrillResult[] = [];
  let stack: Stack | undefined;
  let stopWished = false;
  const end = async (): Promise<void> => {
    await stack?.stop();
    stack = undefined;
  };
  onStopSignal(
    (why) => {
      stopWished = true;
      say(`stopping (${why})`);
      void end().finally(() => process.exit(1));
    },
    () => process.exit(1),
  );
  const start = (round: number): Promise<Stack> =>
    startStack({
      dir: resolve(localDir, `drill-${process.pid}-${round}`),
      step: (_name, work) => work(),
      say: () => {}, // comings and goings are in the logs; what was broken is said by the drill
      tierSettings: { REDIS_REPLICA_ACKS: String(replicaAcks) },
      seed,
    });

  let failed = 0;
  try {
    for (const [round, each] of chosen.entries()) {
      stack ??= await start(round);
      say(`drill ${each.name}, seed ${seed}: ${each.what}`);
      try {
        const watch = (of: () => string): void => void (line = of);
        const run = { seed, minutes, buyersPerMinute, holdSeconds, say, watch };
        const result = await runDrill(each, stack, run);
        results.push(result);
        if (options.report !== undefined)
          writeFileSync(options.report, `${JSON.stringify(results, null, 1)}\n`);
        say(describeResults([result]).trimEnd().split('\n').at(-2) ?? '');
        for (const [kind, count] of result.errors.slice(0, 8)) say(`  ${count} × ${kind}`);
        if (result.lost.length > 0) say(describeLost(result));
        if (result.violations.length === 0) continue;
        failed += 1;
        say(describeFailure(result, stack.logDir, replicaAcks));
      } catch (error) {
        if (stopWished) throw error;
        failed += 1;
        say(`FAILED ${each.name}: it could not be run: ${(error as Error).stack}`);
      }
      await end(); // the next drill should not meet what this one left behind
    }
  } finally {
    progress.stop();
    await end();
  }
  process.stdout.write(describeResults(results));
  return failed === 0 ? 0 : 1;
}
