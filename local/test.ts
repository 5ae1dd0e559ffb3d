// `npm test`: checks formatting, lint, types and unused code, then runs jest against real servers of its own. Arguments
// are passed to jest, and then only jest runs. The last line is always "N passed, N failed".
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { actionlint, composeParser, hadolint } from './tools/container-checks.ts';
import { clearOldRuns, endRun, runFolder, temporaryFolder } from './process/orphans.ts';
import { installMoto } from './tools/moto.ts';
import { placeAt } from './process/place.ts';
import { findK6 } from './tools/k6.ts';
import { freePorts } from './process/ports.ts';
import { allProcs, signal } from './process/proc.ts';
import { generateSecrets } from './secrets.ts';
import { serverPorts, startServers } from './start-servers.ts';
import { createSteps } from './process/steps.ts';
import { onStopSignal } from './process/stop-signals.ts';
import { stripeMock } from './tools/stripe-mock.ts';
import { testServersOf } from './test-servers.ts';

const CHECKS = [
  ['formatting', 'prettier/bin/prettier.cjs', '--check', '.', '--log-level=warn'],
  ['lint', 'oxlint/bin/oxlint', '--type-aware', '--deny-warnings'],
  ['types', 'typescript/bin/tsc', '--noEmit'],
  ['types of the pages', 'typescript/bin/tsc', '--noEmit', '-p', 'web'],
  ['types of their tests', 'typescript/bin/tsc', '--noEmit', '-p', 'web/tests'],
  ['types of the k6 scripts', 'typescript/bin/tsc', '--noEmit', '-p', 'load-tests/k6'],
  ['script size', '../web/check-size.ts'],
  ['unused code', 'knip/bin/knip.js'],
] as const;

const root = resolve(import.meta.dirname, '..');
const dir = runFolder(join(root, '.local'), 'test');
const temporary = temporaryFolder(process.pid);
const jestArgs = process.argv.slice(2);
const { step, say } = createSteps();
const running = new Set<ChildProcess>();
const count = { passed: 0, failed: 0 };
const cancel = new AbortController();
const hurry = new AbortController();

onStopSignal(
  (why) => {
    say(`stopping (${why})`);
    cancel.abort(new Error(`stopped by ${why}`));
    for (const child of running) endGroup(child, 'SIGTERM');
  },
  () => {
    hurry.abort();
    for (const child of running) endGroup(child, 'SIGKILL');
  },
);

try {
  const tools = buildTools();
  if (jestArgs.length === 0) await runChecks();
  await tools;
  await runJest();
} catch (error) {
  console.error((error as Error).message);
  count.failed += 1;
} finally {
  rmSync(dir, { recursive: true, force: true });
}
console.log(`${count.passed} passed, ${count.failed} failed`);
process.exit(cancel.signal.aborted || count.failed > 0 || count.passed === 0 ? 1 : 0);

/** Builds test tools during the checks: the first time it takes minutes. k6 only if all tests are to run. */
async function buildTools(): Promise<void> {
  const tools = { stripeMock, moto: installMoto, composeParser, actionlint, hadolint };
  const builds: Promise<unknown>[] = Object.entries(tools).map(([name, build]) =>
    step<unknown>(name, () => build(cancel.signal)),
  );
  if (jestArgs.length === 0) builds.push(step('k6', () => findK6(() => {}, cancel.signal)));
  for (const build of await Promise.allSettled(builds)) {
    // If a tool is missing, only the tests that need it fail, with the same message.
    if (build.status === 'rejected') say((build.reason as Error).message);
  }
}

/** Two at a time, since most of them use one core. */
async function runChecks(): Promise<void> {
  const left = [...CHECKS];
  const lane = async (): Promise<void> => {
    for (let check = left.shift(); check && !cancel.signal.aborted; check = left.shift())
      await runCheck(check);
  };
  await Promise.all([lane(), lane()]);
}

async function runCheck([name, script, ...args]: (typeof CHECKS)[number]): Promise<void> {
  let output = '';
  const passed = await step(name, async () => {
    const child = run([join(root, 'node_modules', script), ...args], 'pipe');
    child.stdout?.on('data', (text: Buffer) => (output += text.toString()));
    child.stderr?.on('data', (text: Buffer) => (output += text.toString()));
    if ((await ended(child)) !== 0) throw new Error(output);
  }).then(
    () => true,
    () => false,
  );
  if (!passed) say(output.trimEnd());
  count[passed ? 'passed' : 'failed'] += 1;
}

async function runJest(): Promise<void> {
  cancel.signal.throwIfAborted();
  await clearOldRuns(join(root, '.local'));
  mkdirSync(dir, { recursive: true });
  mkdirSync(temporary, { recursive: true, mode: 0o700 });
  const ports = await freePorts(serverPorts);
  const secrets = generateSecrets();
  const place = placeAt(dir, cancel.signal, hurry.signal);
  const servers = await startServers({ place, ports, secrets, durable: false, step });
  try {
    cancel.signal.throwIfAborted();
    const results = join(dir, 'jest.json');
    const env = { SEATDROP_TEST_SERVERS: JSON.stringify(testServersOf(servers)), TMPDIR: temporary };
    const jest = join(root, 'node_modules/jest/bin/jest.js');
    // Otherwise it is in the temporary folder, and empty at each run.
    const cache = join(root, '.local', 'jest-cache');
    const args = [jest, '--ci', '--json', `--outputFile=${results}`, '--testLocationInResults'];
    args.push(`--cacheDirectory=${cache}`, ...jestArgs);
    const since = performance.now();
    const code = await ended(run(args, 'inherit', env)); // jest shows its progress itself
    countResults(results, code);
    say(`${code === 0 ? '✓' : '✗'} jest ${((performance.now() - since) / 1000).toFixed(1)} s`);
  } finally {
    await endTests(); // before the servers stop, so that no process waits for them when it stops
    await step('servers stopped', () => servers.stop());
  }
}

/** Ends what interrupted tests have started: whole systems, each process in a session of its own. */
async function endTests(): Promise<void> {
  if (!existsSync(temporary)) return;
  await endRun(temporary);
  await clearOldRuns(join(root, '.local')); // drills that tests had started
  rmSync(temporary, { recursive: true, force: true });
}

function countResults(file: string, code: number): void {
  const results = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>) : {};
  const failed = (results['numFailedTests'] ?? 0) + (results['numRuntimeErrorTestSuites'] ?? 0);
  count.passed += results['numPassedTests'] ?? 0;
  // jest may also fail as a whole, or find no test: that must not count as success.
  count.failed += failed === 0 && code !== 0 ? 1 : failed;
}

/** Runs a script on this Node, as the leader of its own group: see endGroup. */
function run(args: readonly string[], output: 'pipe' | 'inherit', env = {}): ChildProcess {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    detached: true,
    stdio: ['ignore', output, output],
  });
  running.add(child);
  return child;
}

/** Resolves with the exit code when the process and those of its session have ended. */
async function ended(child: ChildProcess): Promise<number> {
  const code = await new Promise<number>((resolveCode) => {
    child.once('error', () => resolveCode(1));
    child.once('close', (exitCode) => resolveCode(exitCode ?? 1));
  });
  running.delete(child);
  endGroup(child, 'SIGKILL'); // workers that may still run
  // What a worker has started is ended next, and only once the worker has ended.
  while (allProcs().some(({ session }) => session === child.pid)) await sleep(20);
  return code;
}

function endGroup(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid !== undefined) signal(-child.pid, name);
}
