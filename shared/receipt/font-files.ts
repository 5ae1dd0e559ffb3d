import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const { resolve } = createRequire(import.meta.url);

/** The file of a font in the installed package, whose `exports` name no fonts: they are beside its `dist`. */
export function installedFont(from: string, file: string): string {
  return join(dirname(resolve(from)), '..', 'fonts', file);
}
