import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const make = (cwd: string) =>
  promisify(execFile)(process.execPath, [join(import.meta.dirname, 'make-env.mjs')], { cwd });

test('secrets are made once, for the owner only, and kept', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'make-env-'));
  try {
    await make(dir);
    const file = join(dir, '.env');
    const text = readFileSync(file, 'utf8');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const secrets = [...text.matchAll(/=([0-9a-f]{64}|[0-9a-f]{32})$/gm)].map(([, secret]) => secret);
    expect(secrets.length).toBeGreaterThanOrEqual(9);
    expect(new Set(secrets).size).toBe(secrets.length);

    await expect(make(dir)).rejects.toMatchObject({ code: 1 });
    expect(readFileSync(file, 'utf8')).toBe(text);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
