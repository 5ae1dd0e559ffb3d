import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseSync } from '@swc/core';

const root = resolve(import.meta.dirname, '../..');

/** A node of swc's syntax tree. Spans are byte offsets; `Source.linesOf` turns one into a count of lines. */
export type SyntaxNode = {
  type: string;
  span?: { start: number; end: number };
  [field: string]: unknown;
};

export type Source = {
  /** Path from the root. */
  file: string;
  body: SyntaxNode[];
  linesOf: (node: SyntaxNode) => number;
};

/** Parses every TypeScript and JavaScript module of the repository, committed or not. */
export function readSources(): Source[] {
  const listed = ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx', '*.mjs'];
  const files = execFileSync('git', listed, { cwd: root, encoding: 'utf8' }).trim().split('\n');
  // git also lists files whose removal is not committed yet.
  return files.filter((file) => existsSync(join(root, file))).map(readSource);
}

function readSource(file: string): Source {
  const bytes = readFileSync(join(root, file));
  const options = { syntax: 'typescript', tsx: file.endsWith('.tsx'), target: 'es2024' } as const;
  const { body, span } = parseSync(bytes.toString(), options);
  // swc does not restart its offsets for each parse; the tree ends where its file does.
  const start = span.end - bytes.length;
  const linesOf = (node: SyntaxNode): number => {
    const own = node.span ?? { start: 0, end: 0 };
    return bytes.subarray(own.start - start, own.end - start).filter((byte) => byte === 10).length + 1;
  };
  return { file, body: body as unknown as SyntaxNode[], linesOf };
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value;
}

export const isTest = (file: string): boolean => /\.test\.tsx?$/.test(file);
