/** `npm run drill` plays drops while faults are injected, and checks every rule afterwards. */
import { describeFailure, describeLost, describeResults, describeSum } from './drill/describe.ts';
import { keepSystem } from './drill/keep-system.ts';
import { argsOf, describeDrills, drillCommand, type DrillOptions } from './drill/options.ts';
import { runDrill } from './drill/run-drill.ts';
import { newReport, saveReport } from './drill/save-report.ts';
import { startDrillSystem } from './drill/drill-system.ts';
import { runCommand } from '../cli.ts';
import { showProgress } from '../progress.ts';

const holdSeconds = 8;

await runCommand(drillCommand, async (options) => {
  if (!options.list) return runDrills(options);
  process.stdout.write(describeDrills());
  return 0;
});

/** Returns the exit code. */
async function runDrills(options: DrillOptions): Promise<number> {
  const { chosen, seed, minutes, buyersPerMinute, replicaAcks } = options;
  let line = () => 'starting';
  const progress = showProgress(() => line(), 10_000);
  const { say } = progress;
  // First, because it installs the stop handlers.
  const systems = keepSystem({
    kind: 'drill',
    tierSettings: { REDIS_REPLICA_ACKS: String(replicaAcks) },
    say,
    start: (place, tierSettings) => startDrillSystem({ ...place, tierSettings, seed }),
  });
  const report = newReport(argsOf(options));

  try {
    for (const [index, drill] of chosen.entries()) {
      try {
        const system = await systems.system(drill.tierSettings);
        const name = `${index + 1}/${chosen.length} ${drill.name}`;
        say(`drill ${name}, seed ${seed}: ${drill.about}`);
        const watch = (state: () => string): void => void (line = () => `${name}, ${state()}`);
        const run = { seed, minutes, buyersPerMinute, holdSeconds, say, watch };
        const result = await runDrill(drill, system, run);
        report.results.push(result);
        saveReport(report, options.report);
        say(describeResults([result]).trimEnd().split('\n').at(-2) ?? '');
        for (const [kind, count] of result.errors.slice(0, 8)) say(`  ${count} × ${kind}`);
        if (result.lost.length > 0) say(describeLost(result));
        if (result.violations.length === 0) continue; // on the same system
        say(describeFailure(result, system.logDir, replicaAcks));
      } catch (error) {
        systems.cancel.throwIfAborted();
        report.notRun.push({ drill: drill.name, why: (error as Error).message });
        saveReport(report, options.report);
        say(`FAILED ${drill.name}: it could not be run: ${(error as Error).stack}`);
      }
      await systems.end(); // the next drill must not inherit this one's damage
    }
  } finally {
    progress.stop();
    await systems.end();
  }
  process.stdout.write(`${describeResults(report.results)}\n${describeSum(report)}\n`);
  const isComplete = report.notRun.length === 0 && report.results.length === chosen.length;
  return isComplete && report.results.every(({ violations }) => violations.length === 0) ? 0 : 1;
}
