import { dirname, join, normalize } from 'node:path';
import { isNode, isTest, readSources, type SyntaxNode } from './read-sources.ts';

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

/** Pages import what they share with the servers by the name of its package. */
const packages = '@seatdrop/';

/** The paths of ours that a syntax tree imports or exports from, also with `import(…)`. */
function importsIn(tree: unknown): string[] {
  if (typeof tree !== 'object' || tree === null) return [];
  const { type, source, callee, arguments: args } = tree as SyntaxNode;
  const isImport = type === 'ImportDeclaration' || (type ?? '').startsWith('Export');
  const isDynamic = type === 'CallExpression' && isNode(callee) && callee.type === 'Import';
  const from = isImport ? source : isDynamic ? (args as { expression: unknown }[])[0]?.expression : undefined;
  const path = isNode(from) ? from['value'] : undefined;
  const found = typeof path === 'string' && (path.startsWith('.') || path.startsWith(packages)) ? [path] : [];
  return [...found, ...Object.values(tree).flatMap(importsIn)];
}

/** What each source file imports of ours; both as paths from the root. */
const imports = new Map(
  readSources().map(({ file, body }) => [
    file,
    importsIn(body).map((path) =>
      path.startsWith(packages) ? path.slice(packages.length) : normalize(join(dirname(file), path)),
    ),
  ]),
);

function folderOf(file: string): string {
  return file.startsWith('web/src/') ? 'web/src' : file.slice(0, file.indexOf('/'));
}

test('the imports of all files are read', () => {
  expect(imports.size).toBeGreaterThan(600);
  expect(imports.get('publisher/main.ts')).toContain('publisher/app.ts');
  expect(imports.get('web/src/live/drop-status.ts')).toContain('shared/drops/availability.ts');
});

test('a folder imports only what lies below it', () => {
  const wrong: string[] = [];
  for (const [file, targets] of imports) {
    if (isTest(file) || file.startsWith('web/tests/') || !file.includes('/')) continue;
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
