/** For tests: builds the folder /app of the `tier` image as the Dockerfile does, without a container engine. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { runFolder } from '../process/orphans.ts';
import { dockerfileStages, root } from './compose.ts';

export type Image = { app: string; remove: () => void };

export function makeImage(): Image {
  // In the clone, since packages are linked into it; its name lets `npm test` end what a stopped test leaves in it.
  const dir = runFolder(join(root, '.local'), 'test-image');
  const app = join(dir, 'app');
  mkdirSync(app, { recursive: true });
  const stages = dockerfileStages();
  copyAll('tier', app);
  return { app, remove: () => rmSync(dir, { recursive: true, force: true }) };

  function copyAll(stage: string, into: string): void {
    for (const { name, args } of stages.get(stage)?.instructions ?? []) {
      if (name !== 'COPY') continue;
      const words = args.split(' ');
      const from = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined;
      const target = words.pop() ?? '';
      for (const source of words) copy(from, source, target, into);
    }
  }

  /** Builds the stage `pages`, with the packages installed here. */
  function buildPages(): string {
    const stage = join(dir, 'pages');
    mkdirSync(stage);
    for (const name of ['sources', 'pages']) copyAll(name, stage);
    for (const folder of ['', 'web'])
      symlinkSync(join(root, folder, 'node_modules'), join(stage, folder, 'node_modules'));
    const { args = '' } = stages.get('pages')?.instructions.findLast(({ name }) => name === 'RUN') ?? {};
    const [node, ...script] = args.split(' ');
    if (node !== 'node') throw new Error('The Dockerfile does not end by building the pages');
    execFileSync(process.execPath, script, { cwd: stage, stdio: 'pipe' });
    return stage;
  }

  function copy(from: string | undefined, source: string, target: string, into: string): void {
    if (from === 'dependencies') {
      const instructions = stages.get(from)?.instructions ?? [];
      const folder = source.replace(/^\/app\/?/, '');
      if (folder === '') copyAll('sources', into);
      // npm puts some packages into the folder of the workspace that needs them.
      for (const path of installedPackages(instructions)) if (path.startsWith(folder)) link(path);
      for (const { args } of instructions)
        for (const [, path = ''] of args.matchAll(/ rm -r (\S+)/g))
          rmSync(join(into, path), { recursive: true });
    } else if (from === 'pages') {
      cpSync(join(buildPages(), source.replace('/app/', '')), join(app, target), { recursive: true });
    } else {
      const isFile = target === './' || target.endsWith('/');
      const to = isFile ? join(into, target, basename(source)) : join(into, target);
      cpSync(join(root, source), to, {
        recursive: true,
        filter: (path) => !/\/(node_modules|dist|dist\..*)$|\.test\.ts$/.test(path), // as .dockerignore has it
      });
    }
  }

  function link(path: string): void {
    const to = join(app, path);
    mkdirSync(dirname(to), { recursive: true });
    execFileSync('cp', ['-al', join(root, path), to]);
  }
}

type Lock = {
  packages: Record<
    string,
    { dependencies?: Record<string, string>; optionalDependencies?: Record<string, string>; link?: boolean }
  >;
};

/** Paths of the packages that the Dockerfile's `npm install --omit=dev --workspace=...` installs, with dependencies. */
function installedPackages(instructions: readonly { name: string; args: string }[]): string[] {
  const install = instructions.find(({ name, args }) => name === 'RUN' && args.startsWith('npm install'));
  if (!install?.args.includes('--omit=dev')) throw new Error('The Dockerfile installs no dependencies');
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
  const found = new Set<string>();
  const look = (from: string): void => {
    const { dependencies = {}, optionalDependencies = {} } = packages[from] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const path = resolvedFrom(from, name);
      if (path === undefined || found.has(path)) continue;
      found.add(path);
      look(path);
    }
  };
  for (const [, workspace = ''] of install.args.matchAll(/--workspace=(\S+)/g)) look(workspace);
  // A package inside another one is copied with it.
  return [...found].filter((path) => {
    const outer = path.slice(0, path.lastIndexOf('/node_modules/'));
    return !path.includes('/node_modules/') || !found.has(outer);
  });

  function resolvedFrom(from: string, name: string): string | undefined {
    for (let folder = from; ; folder = dirname(folder)) {
      const path = folder === '.' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
      if (packages[path] && existsSync(join(root, path))) return path;
      if (folder === '.') return undefined;
    }
  }
}
