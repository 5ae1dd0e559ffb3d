import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The packages that a file imports at run time, directly or through other files. */
function packagesBehind(file: string, seen: Set<string>): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const imports = readFileSync(file, 'utf8').matchAll(/^import (?!type )[^']*'([^']+)';$/gm);
  return [...imports].flatMap(([, name]) =>
    name!.startsWith('.') ? packagesBehind(join(dirname(file), name!), seen) : [name!],
  );
}

test('the web app imports the contract, so nothing but zod may stand behind it', () => {
  const files = readdirSync(import.meta.dirname).filter((name) => !name.endsWith('.test.ts'));
  expect(files.length).toBeGreaterThan(5);
  const seen = new Set<string>();
  const packages = files.flatMap((name) => packagesBehind(join(import.meta.dirname, name), seen));
  expect(new Set(packages)).toEqual(new Set(['zod']));
});
