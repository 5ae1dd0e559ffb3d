import { z } from 'zod';

/** What people or things are called: one line, no blanks around it, no control characters. */
export function label(longest: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .regex(/^\P{Cc}*$/u, { error: 'Must not contain line breaks or other control characters' });
}
