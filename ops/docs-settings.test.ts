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
  // No setting without a description.
  const text = readFileSync(join(import.meta.dirname, '../docs/operations.md'), 'utf8');
  const rows =
    text
      .split('<!-- settings -->')[1]
      ?.split('<!-- end of settings -->')[0]
      ?.match(/^\| `.*$/gm) ?? [];
  expect(rows.length).toBeGreaterThan(30);
  for (const row of rows) expect(row).toMatch(/\| [^|]{10,} \|$/);
  // Values as people write them, not as a program prints objects.
  expect(rows.join('\n')).not.toMatch(/\[object|undefined|NaN/);
});
