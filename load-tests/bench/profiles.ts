/** Where the time of a process went, by its CPU profile. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { layOut } from './figures.ts';

type CallFrame = { functionName: string; url: string; lineNumber: number };
type CpuProfile = {
  nodes: { id: number; callFrame: CallFrame }[];
  samples: number[];
  /** Microseconds. */
  timeDeltas: number[];
};

const lines = 30;
const root = join(import.meta.dirname, '../..');

/** The functions that took most time themselves, of each profile in a folder; the profiles are removed. */
export function describeProfiles(folder: string): string {
  const texts = readdirSync(folder)
    .filter((name) => name.endsWith('.cpuprofile'))
    .map((name) => describe(JSON.parse(readFileSync(join(folder, name), 'utf8')) as CpuProfile));
  rmSync(folder, { recursive: true });
  return texts.join('\n');
}

function describe({ nodes, samples, timeDeltas }: CpuProfile): string {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const took = new Map<string, number>();
  for (const [at, id] of samples.entries()) {
    const name = names.get(id) ?? '?';
    took.set(name, (took.get(name) ?? 0) + (timeDeltas[at] ?? 0));
  }
  const busy = [...took].filter(([name]) => name !== '(idle)' && name !== '(program)');
  const sum = busy.reduce((total, [, each]) => total + each, 0);
  const rows = busy
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, lines)
    .map(([name, each]) => [name, share(each, sum)]);
  const all = [...took.values()].reduce((total, each) => total + each, 0);
  const native = `\n  besides: ${share(took.get('(program)'), all)} in native code, ${share(took.get('(idle)'), all)} idle`;
  return `${layOut([['function', 'of its JavaScript'], ...rows])}${native} of all its time\n`;
}

function share(part = 0, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}

function nameOf({ functionName, url, lineNumber }: CallFrame): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  const path = url.startsWith('file:') ? relative(root, fileURLToPath(url)) : url;
  return `${name} ${path}:${lineNumber + 1}`;
}
