import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { actionlint } from './tools/container-checks.ts';

const root = resolve(import.meta.dirname, '..');
const folder = join(root, '.github/workflows');
const files = readdirSync(folder);
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

test('workflows have no fault that actionlint knows', async () => {
  expect(files.length).toBeGreaterThanOrEqual(4);
  const args = ['-no-color', ...files.map((file) => join(folder, file))];
  const { stdout } = await promisify(execFile)(await actionlint(), args, { cwd: root }).catch(
    (error: { stdout: string }) => error,
  );
  expect(stdout).toBe('');
}, 120_000);

test.each(files)('%s takes actions by their contents, and runs what there is', (file) => {
  const text = readFileSync(join(folder, file), 'utf8');
  // A tag can be moved to other code; a commit cannot.
  for (const [, action] of text.matchAll(/uses: (?!\.\/)(\S+)/g)) expect(action).toMatch(/@[0-9a-f]{40}$/);
  for (const [, script = ''] of text.matchAll(/npm run ([\w:-]+)/g)) expect(scripts).toHaveProperty([script]);
  for (const [, path = ''] of text.matchAll(/\b((?:ops|\.\/\.github)\/[\w./-]+\.\w+)/g))
    expect([path, existsSync(join(root, path))]).toEqual([path, true]);
  // Nothing gets more rights than it needs.
  expect(text).toContain('permissions:\n  contents: read\n');
});

test.each(['ops/deploy.sh', 'ops/containers/make-redis-cluster.sh', 'ops/containers/follow-primary.sh'])(
  '%s is a script that a shell can read',
  (file) => {
    expect(() => execFileSync('sh', ['-n', join(root, file)])).not.toThrow();
  },
);
