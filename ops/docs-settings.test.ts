import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

test('docs/operations.md has every setting of every tier, as the tiers have it', async () => {
  const args = [join(import.meta.dirname, 'docs-settings.ts'), '--check'];
  const outcome = await promisify(execFile)(process.execPath, args).catch(
    (error: { stderr: string }) => error,
  );
  expect(outcome.stderr).toBe('');
  // No setting without a word on what it is for.
  const text = readFileSync(join(import.meta.dirname, '../docs/operations.md'), 'utf8');
  const rows =
    text
      .split('<!-- settings -->')[1]
      ?.split('<!-- end of settings -->')[0]
      ?.match(/^\| `.*$/gm) ?? [];
  expect(rows.length).toBeGreaterThan(30);
  for (const row of rows) expect(row).toMatch(/\| [^|]{10,} \|$/);
  // As somebody would write it, not as a program shows an object.
  expect(rows.join('\n')).not.toMatch(/\[object|undefined|NaN/);
});
