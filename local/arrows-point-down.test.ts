import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, resolve } from 'node:path';
import { parseSync } from '@swc/core';

const root = resolve(import.meta.dirname, '..');

/**
 * Which folders a folder may import, besides itself. A tier that imports no other can be deployed alone; what all
 * tiers share knows none of them; and no production code needs `testing`.
 */
const allowed: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  publisher: ['shared'],
  consumer: ['shared'],
  realtime: ['shared'],
  lambda: ['shared'],
  // Mail without SQS is composed and sent by the same code as in the lambda; schedules carry the lambda's event.
  general: ['shared', 'lambda'],
  nginx: ['shared'],
  // The checks ask the payment provider for its charges, and parked messages for entries that are not decided yet.
  proof: ['shared', 'general'],
  // The demo data is made by the code that makes events and drops; the front door's configuration is nginx's.
  local: ['shared', 'general', 'nginx'],
  // docs-settings.ts lists the settings of everything that has any.
  ops: ['shared', 'publisher', 'consumer', 'realtime', 'general', 'lambda', 'nginx', 'local'],
  // Pages share the contract with the servers.
  'web/src': ['shared', 'web'],
  'load-tests': ['shared', 'general', 'nginx', 'local', 'proof', 'testing'],
  testing: ['shared', 'publisher', 'consumer', 'realtime', 'general', 'lambda', 'nginx', 'proof', 'local'],
  // Builds the pages, and its browser tests run them against a whole system.
  web: ['shared', 'local', 'testing', 'web/src'],
};

const isTest = (file: string) => /\.test\.tsx?$/.test(file) || file.startsWith('web/tests/');

type SyntaxNode = { type?: string; value?: unknown; [field: string]: unknown };

/** The relative paths that a syntax tree imports or exports from, also with `import(…)`. */
function importsIn(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const { type, source, callee, arguments: args } = node as SyntaxNode;
  const isImport = type === 'ImportDeclaration' || type?.startsWith('Export') === true;
  const isDynamic = type === 'CallExpression' && (callee as SyntaxNode).type === 'Import';
  const from = isImport ? source : isDynamic ? (args as { expression: unknown }[])[0]?.expression : undefined;
  const path = (from as SyntaxNode | null | undefined)?.value;
  const found = typeof path === 'string' && path.startsWith('.') ? [path] : [];
  return [...found, ...Object.values(node).flatMap(importsIn)];
}

/** Source files by what they import of ours; files and imports as paths from the root. */
function readImports(): Map<string, string[]> {
  const listed = ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx', '*.mjs'];
  const files = execFileSync('git', listed, { cwd: root, encoding: 'utf8' }).trim().split('\n');
  const imports = new Map<string, string[]>();
  for (const file of files) {
    if (!existsSync(join(root, file))) continue; // removed, and not committed yet
    const options = { syntax: 'typescript', tsx: file.endsWith('.tsx'), target: 'es2024' } as const;
    const relative = importsIn(parseSync(readFileSync(join(root, file), 'utf8'), options));
    imports.set(
      file,
      relative.map((name) => normalize(join(dirname(file), name))),
    );
  }
  return imports;
}

const imports = readImports();

function folderOf(file: string): string {
  return file.startsWith('web/src/') ? 'web/src' : file.slice(0, file.indexOf('/'));
}

test('the imports of all files are read', () => {
  expect(imports.size).toBeGreaterThan(600);
  expect(imports.get('publisher/main.ts')).toContain('publisher/app.ts');
});

test('a folder imports only what lies below it', () => {
  const wrong: string[] = [];
  for (const [file, targets] of imports) {
    if (isTest(file) || !file.includes('/')) continue;
    const from = folderOf(file);
    for (const target of targets) {
      const to = folderOf(target);
      if (from !== to && allowed[from]?.includes(to) !== true) wrong.push(`${file} imports ${target}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('no file imports itself by way of others', () => {
  const cycles: string[] = [];
  const finished = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      return;
    }
    if (finished.has(file)) return;
    for (const target of imports.get(file) ?? []) visit(target, [...path, file]);
    finished.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  expect(cycles).toEqual([]);
});
