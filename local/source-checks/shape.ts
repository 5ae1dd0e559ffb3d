/**
 * Finds what makes a code base hard to read: functions that are too long to read at once, and names that mean different
 * things in different files. shape.json lists those that there still are; the lists may only shrink.
 * `node local/source-checks/write-shape.ts` updates them after one was removed.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isNode, isTest, readSources, type Source, type SyntaxNode } from './read-sources.ts';

/** How many lines of a function can be read without scrolling. */
const maxLines = 70;

export type Shape = {
  /** `file function` -> number of lines, for functions with more than 70. */
  longFunctions: Record<string, number>;
  /** Name -> the files that export it, for names exported by several files. */
  exportedTwice: Record<string, string[]>;
};

export const listFile = join(import.meta.dirname, 'shape.json');

export function readShapeList(): Shape {
  return JSON.parse(readFileSync(listFile, 'utf8')) as Shape;
}

export function measureShape(): Shape {
  const sources = readSources().filter(({ file }) => !isTest(file));
  return { longFunctions: longFunctionsIn(sources), exportedTwice: exportedTwiceIn(sources) };
}

const functionTypes = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ClassMethod',
  'PrivateMethod',
  'MethodProperty',
  'Constructor',
]);

function longFunctionsIn(sources: readonly Source[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { file, body, linesOf } of sources) {
    const visit = (tree: unknown, name: string): void => {
      if (typeof tree !== 'object' || tree === null) return;
      const inner = isNode(tree) ? (nameOf(tree) ?? name) : name;
      if (isNode(tree) && functionTypes.has(tree.type)) {
        const lines = linesOf(tree);
        const key = `${file} ${inner}`;
        if (lines > maxLines) found[key] = Math.max(lines, found[key] ?? 0);
      }
      for (const each of Object.values(tree)) visit(each, inner);
    };
    visit(body, '(module)');
  }
  return found;
}

/** The name of what a declaration declares. */
function nameOf({ type, id, identifier, key }: SyntaxNode): string | undefined {
  const named = type === 'VariableDeclarator' ? id : (identifier ?? key);
  const value = isNode(named) ? named['value'] : undefined;
  return typeof value === 'string' ? value : undefined;
}

function exportedTwiceIn(sources: readonly Source[]): Record<string, string[]> {
  const owners = new Map<string, string[]>();
  // Migrations all have `up` and `down`, k6 scripts what k6 calls, lambdas their handler, two catalogs one name a text.
  const isGiven = (file: string) => /^(shared\/migrations|load-tests\/k6|lambda\/\w+\/main)/.test(file);
  for (const { file, body } of sources) {
    if (isGiven(file)) continue;
    for (const name of body.flatMap(exportedNames)) owners.set(name, [...(owners.get(name) ?? []), file]);
  }
  return Object.fromEntries(
    [...owners].filter(([, files]) => files.length > 1).toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
}

function exportedNames({ type, declaration }: SyntaxNode): string[] {
  if (type !== 'ExportDeclaration' || !isNode(declaration)) return [];
  const declared = (declaration['declarations'] ?? [declaration]) as SyntaxNode[];
  return declared.flatMap((each) => {
    const named = each['id'] ?? each['identifier'];
    const value = isNode(named) ? named['value'] : undefined;
    return typeof value === 'string' ? [value] : [];
  });
}
