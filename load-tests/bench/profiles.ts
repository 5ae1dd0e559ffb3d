/** Summaries of CPU profiles. */
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

const maxLines = 30;
const root = join(import.meta.dirname, '../..');

/** Lists the functions with the most self time, for each profile in a folder; deletes the folder. */
export function describeProfiles(folder: string): string {
  const texts = readdirSync(folder)
    .filter((name) => name.endsWith('.cpuprofile'))
    .map((name) => describe(JSON.parse(readFileSync(join(folder, name), 'utf8')) as CpuProfile));
  rmSync(folder, { recursive: true });
  return texts.join('\n');
}

function describe({ nodes, samples, timeDeltas }: CpuProfile): string {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const selfTimes = new Map<string, number>();
  for (const [at, id] of samples.entries()) {
    const name = names.get(id) ?? '?';
    selfTimes.set(name, (selfTimes.get(name) ?? 0) + (timeDeltas[at] ?? 0));
  }
  const busy = [...selfTimes].filter(([name]) => name !== '(idle)' && name !== '(program)');
  const sum = busy.reduce((total, [, each]) => total + each, 0);
  const rows = busy
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, maxLines)
    .map(([name, each]) => [name, share(each, sum)]);
  const all = [...selfTimes.values()].reduce((total, each) => total + each, 0);
  const others = `\n  of the total time: ${share(selfTimes.get('(program)'), all)} native code, ${share(selfTimes.get('(idle)'), all)} idle`;
  return `${layOut([['function', 'share of JavaScript'], ...rows])}${others}\n`;
}

function share(part = 0, total: number): string {
  return `${((100 * part) / total).toFixed(1)} %`;
}

function nameOf({ functionName, url, lineNumber }: CallFrame): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  const path = url.startsWith('file:') ? relative(root, fileURLToPath(url)) : url;
  return `${name} ${path}:${lineNumber + 1}`;
}
