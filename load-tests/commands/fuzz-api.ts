/**
 * `npm run fuzz-api`: schemathesis makes up requests from the OpenAPI document, allowed and
 * forbidden ones, and sends them through the front door of a private stack, as nobody, as each role. Nothing may be
 * answered with a 5xx, and nothing with what the document does not say; nothing may be logged as an error of ours.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { freePorts } from '../../local/process/ports.ts';
import { root } from '../running-system.ts';
import { runCommand } from '../cli.ts';
import { fuzzCommand, type FuzzOptions } from './fuzz-api/options.ts';

const version = '4.32.5';
/** Below what the front door lets one address do, so that calls reach the tiers. */
const rateLimit = '40/s';
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
  'unsupported_method',
  'allow_header_conformance',
  'missing_required_header',
  'use_after_free',
  'ensure_resource_availability',
];
// Not positive_data_acceptance: what has the right form may still be too early, sold out or somebody else's. Not
// ignored_auth: it sends a wrong cookie beside the right header, of which the header counts, as it should.

/** Refused because it is too large, or because the time has not come, is refused as well. */
const settings = `
[checks]
negative_data_rejection.expected-statuses = ["400", "401", "403", "404", "405", "409", "413", "415", "422", "425", "429", "503"]
`;

const local = join(root, '.local');
const systemDir = join(local, 'fuzz-api');
const program = join(local, 'venv/bin/schemathesis');
const run = promisify(execFile);
const running = new Set<ChildProcess>();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    for (const child of running) child.kill('SIGTERM');
  });
}

await runCommand(fuzzCommand, async (options) => {
  await install();
  rmSync(systemDir, { recursive: true, force: true });
  const { url, child } = await startFuzzedSystem();
  let failures = 0;
  try {
    for (const who of ['nobody', 'shopper', 'organizer', 'admin'] as const)
      failures += await fuzz(url, who, options);
  } finally {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  }
  const errors = errorsLogged();
  for (const line of errors.slice(0, 20)) console.log(line);
  console.log(`${errors.length} errors logged, ${failures} of 4 runs found something`);
  return failures + errors.length === 0 ? 0 : 1;
});

async function install(): Promise<void> {
  const { stdout = '' } = existsSync(program)
    ? await run(program, ['--version']).catch(() => ({ stdout: '' }))
    : {};
  if (stdout.includes(version)) return;
  console.log(`… installing schemathesis ${version} into .local/venv`);
  mkdirSync(local, { recursive: true });
  try {
    await run('python3', ['-m', 'venv', join(local, 'venv')]);
    await run(join(local, 'venv/bin/pip'), ['install', '--quiet', `schemathesis==${version}`]);
  } catch (error) {
    console.error(
      '✗ schemathesis needs Python 3.10 or later with venv (Debian: apt-get install python3-venv), and the network',
    );
    throw error;
  }
}

type Role = 'shopper' | 'organizer' | 'admin';

async function startFuzzedSystem(): Promise<{ url: string; child: ChildProcess }> {
  const { port } = await freePorts(['port']);
  const child = spawn(process.execPath, [join(root, 'local/start.ts'), '--port', String(port)], {
    env: { ...process.env, SEATDROP_LOCAL_DIR: systemDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  for await (const line of createInterface(child.stdout)) {
    const url = /^ready (\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stdout.resume();
    console.log(`stack ready at ${url}`);
    return { url, child };
  }
  throw new Error('the private stack did not start; see above');
}

async function fuzz(url: string, who: Role | 'nobody', { seconds, seed }: FuzzOptions): Promise<0 | 1> {
  const credentials = who === 'nobody' ? [] : ['--header', `Authorization: Bearer ${await signIn(url, who)}`];
  writeFileSync(join(systemDir, 'schemathesis.toml'), settings);
  console.log(`\n== as ${who}, ${seconds} s`);
  const child = spawn(
    program,
    [
      'run',
      `${url}/api/openapi.json`,
      ...credentials,
      `--checks=${checks.join(',')}`,
      `--max-time=${seconds}`,
      `--seed=${seed}`,
      '--continue-on-failure',
      '--no-color',
      `--rate-limit=${rateLimit}`,
      '--max-examples=50',
      '--generation-database=none',
      '--warnings=off',
      '--request-timeout=20',
      // Signing out or in as somebody else changes nothing for a bearer token; banning oneself would end the run.
      '--exclude-path=/api/users/{id}/ban',
      '--exclude-path=/api/users/{id}/role',
    ],
    { cwd: systemDir, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  running.add(child);
  const [code] = (await once(child, 'exit')) as [number | null];
  running.delete(child);
  return code === 0 ? 0 : 1;
}

async function signIn(url: string, role: Role): Promise<string> {
  const response = await fetch(`${url}/api/auth/signin`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: `${role}@seatdrop.test`, password: 'seatdrop-demo' }),
  });
  if (!response.ok) throw new Error(`signing in as ${role}: ${response.status}`);
  return ((await response.json()) as { token: string }).token;
}

/** Lines of the tiers that say something went wrong in us, level 50 and up. */
function errorsLogged(): string[] {
  return ['general', 'publisher', 'realtime', 'consumer'].flatMap((tier) =>
    readFileSync(join(systemDir, 'logs', `${tier}.log`), 'utf8')
      .split('\n')
      .filter((line) => /"level":[56]0\b/.test(line)),
  );
}
