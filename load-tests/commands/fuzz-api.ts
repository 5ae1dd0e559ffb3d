/**
 * `npm run fuzz-api`: schemathesis generates valid and invalid requests from the OpenAPI document and sends them
 * through the front door of a private system, anonymously and in each role. No answer may be a 5xx or one that the
 * document does not describe, and no tier may log an error.
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
/** Below the front door's limit per address, so that requests reach the tiers. */
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
// Without positive_data_acceptance: a well-formed request may still be too early, sold out or for someone else's
// resource. Without ignored_auth: it sends a wrong cookie together with a valid header, and the header rightly takes
// precedence.

/** Invalid data may also be refused for its size, its time, its rate or the user's rights. */
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
    for (const caller of ['nobody', 'shopper', 'organizer', 'admin'] as const)
      failures += await fuzz(url, caller, options);
  } finally {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  }
  const errors = errorsLogged();
  for (const line of errors.slice(0, 20)) console.log(line);
  console.log(`${errors.length} errors logged, ${failures} of 4 runs found faults`);
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
    console.log(`system ready at ${url}`);
    return { url, child };
  }
  throw new Error('the private system did not start; see above');
}

/** Returns 1 if schemathesis found a fault. */
async function fuzz(url: string, caller: Role | 'nobody', { seconds, seed }: FuzzOptions): Promise<0 | 1> {
  const credentials =
    caller === 'nobody' ? [] : ['--header', `Authorization: Bearer ${await signIn(url, caller)}`];
  writeFileSync(join(systemDir, 'schemathesis.toml'), settings);
  console.log(`\n== as ${caller}, ${seconds} s`);
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
      // Banning oneself, changing one's own role, or ending one's session would make the rest of the run useless.
      '--exclude-path=/api/users/{id}/ban',
      '--exclude-path=/api/users/{id}/role',
      '--exclude-path=/api/auth/signout',
      '--exclude-path=/api/auth/sessions/{id}',
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

/** Log lines of the tiers with level error (50) or higher. */
function errorsLogged(): string[] {
  return ['general', 'publisher', 'realtime', 'consumer'].flatMap((tier) =>
    readFileSync(join(systemDir, 'logs', `${tier}.log`), 'utf8')
      .split('\n')
      .filter((line) => /"level":[56]0\b/.test(line)),
  );
}
