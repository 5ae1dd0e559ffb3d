/** `npm run bench -- NAME` runs one benchmark and its reference, on servers of its own. */
import { resolve } from 'node:path';
import { clearOldRuns, runFolder } from '../../local/process/orphans.ts';
import { createSteps } from '../../local/process/steps.ts';
import { onStopSignal } from '../../local/process/stop-signals.ts';
import { benches, type BenchName } from '../bench/benches.ts';
import { findCores } from '../bench/cores.ts';
import { layOut } from '../bench/figures.ts';
import { describeProfiles } from '../bench/profiles.ts';
import { benchCommand } from '../bench/options.ts';
import type { Plan } from '../bench/plan.ts';
import { localDir } from '../running-system.ts';
import { startBenchSystem, type BenchSystem } from '../bench/bench-system.ts';
import { runCommand } from '../cli.ts';

await runCommand(benchCommand, ({ name, plan }) => bench(name, plan));

/** Returns the exit code. */
async function bench(name: BenchName, plan: Plan): Promise<number> {
  const { step, say } = createSteps(process.stderr);
  const stopping = new AbortController();
  let system: BenchSystem | undefined;
  onStopSignal(
    (reason) => {
      say(`stopping (${reason})`);
      stopping.abort(new Error('stopped'));
      void stopAndExit();
    },
    () => process.exit(1),
  );
  process.on('uncaughtException', (error) => {
    console.error(error);
    void stopAndExit();
  });
  async function stopAndExit(): Promise<void> {
    try {
      await system?.stop();
    } finally {
      process.exit(1);
    }
  }
  const { about, run } = benches[name];
  const cores = findCores();
  say(`${name}: ${about} (${cores.described})`);
  try {
    const profiles = plan.profile ? resolve(localDir, `profiles-${process.pid}`) : undefined;
    await clearOldRuns(localDir);
    const dir = runFolder(localDir, 'bench');
    system = await startBenchSystem({ dir, cores, step, signal: stopping.signal, profiles });
    const { table, notes = [], more, ...figures } = await run(system, plan);
    process.stdout.write(`\n${layOut(table)}\n`);
    for (const note of notes) process.stdout.write(`  ${note}\n`);
    const { value, unit, reference, ratio } = figures;
    await system.stop();
    if (profiles !== undefined) process.stdout.write(`\n${describeProfiles(profiles)}`);
    process.stdout.write(`\n${JSON.stringify({ bench: name, value, unit, reference, ratio, ...more })}\n`);
    return 0;
  } finally {
    await system?.stop();
  }
}
