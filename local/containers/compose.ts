/** For tests: docker-compose.yml as docker compose reads it, and the stages of the Dockerfile. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { composeParser } from '../tools/container-checks.ts';

export const root = resolve(import.meta.dirname, '../..');

const service = z.object({
  image: z.string(),
  build: z.object({ target: z.string() }).optional(),
  command: z.array(z.string()).nullish(),
  entrypoint: z.array(z.string()).nullish(),
  // Null: passed on from the environment, if it is set there.
  environment: z
    .record(z.string(), z.union([z.string(), z.number(), z.null()]))
    .default({})
    .transform((all) =>
      Object.fromEntries(
        Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [[name, `${value}`]])),
      ),
    ),
  profiles: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string(), required: z.boolean() })).default({}),
  healthcheck: z.object({ test: z.array(z.string()).optional(), disable: z.boolean().optional() }).optional(),
  volumes: z.array(z.object({ type: z.string(), source: z.string(), target: z.string() })).default([]),
  networks: z.record(z.string(), z.object({ ipv4_address: z.string().optional() }).nullable()).default({}),
  ports: z.array(z.string()).default([]),
  ulimits: z.object({ nofile: z.number() }).optional(),
  user: z.string().optional(),
  read_only: z.boolean().default(false),
});
const file = z.object({ services: z.record(z.string(), service) });

export type Service = z.infer<typeof service>;
export type Services = Record<string, Service>;

/**
 * Every service of every profile, with `env` in place of `.env`. The parser merges and checks. It is a library's tool
 * that does not read the environment, so variables are replaced here.
 * @throws Error of the parser, or one that names a required variable that is missing
 */
export async function readCompose(env: Readonly<Record<string, string>>): Promise<Services> {
  const args = ['-no-interpolation', '-format', 'json', join(root, 'docker-compose.yml')];
  const { stdout } = await promisify(execFile)(await composeParser(), args, { cwd: root, env: {} });
  const filledIn = JSON.parse(stdout, (_key, value: unknown) =>
    typeof value === 'string' ? interpolate(value, env) : value,
  ) as unknown;
  return file.parse(filledIn).services;
}

/** Names of all variables in the file. */
export function variablesOf(text: string): Set<string> {
  return new Set([...text.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name));
}

/** Replaces `${A}`, `${A:-default}` and `${A:?message}`, also nested. */
function interpolate(text: string, env: Readonly<Record<string, string>>): string {
  const innermost = /\$\{(\w+)(?::([-?])([^${}]*))?\}/;
  for (let rest = text; ;) {
    const found = innermost.exec(rest);
    if (!found) {
      if (rest.includes('${')) throw new Error(`cannot be read: ${text}`);
      return rest;
    }
    const [all, name = '', kind, argument = ''] = found;
    const value = env[name] ?? '';
    if (value === '' && kind === '?') throw new Error(`${name}: ${argument}`);
    rest = rest.replace(all, () => (value === '' && kind === '-' ? argument : value));
  }
}

type Stage = { name: string; from: string; instructions: { name: string; args: string }[] };

export function dockerfileStages(): Map<string, Stage> {
  const lines = readFileSync(join(root, 'Dockerfile'), 'utf8').replaceAll('\\\n', ' ').split('\n');
  const stages = new Map<string, Stage>();
  let stage: Stage | undefined;
  for (const line of lines) {
    const [, name = '', args = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (name === '') continue;
    const [, from = '', as = ''] = name === 'FROM' ? (/^(\S+) AS (\S+)$/.exec(args) ?? []) : [];
    if (name === 'FROM') stages.set(as, (stage = { name: as, from, instructions: [] }));
    else stage?.instructions.push({ name, args });
  }
  return stages;
}
