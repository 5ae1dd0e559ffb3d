import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

test('nginx/nginx.conf is what the generator makes, and names no folder of the machine that made it', async () => {
  const args = [join(import.meta.dirname, 'write-example.ts'), '--check'];
  const outcome = await promisify(execFile)(process.execPath, args).catch(
    (error: { stderr: string }) => error,
  );
  expect(outcome.stderr).toBe('');
  const text = readFileSync(join(import.meta.dirname, 'nginx.conf'), 'utf8');
  expect(text).toContain('proxy_pass http://$entry_tier;');
  expect(text).not.toContain(join(import.meta.dirname, '..'));
  expect(text).not.toMatch(/\[object|undefined|NaN|"\/(?:home|root|tmp|work)\//);
});
