import { z } from 'zod';

/** What people or things are called: one line, no blanks around it, no control characters. */
export function label(longest: number) {
  return (
    z
      .string()
      .trim()
      .min(1)
      .max(longest)
      // Spelled out, since not every reader of the API document knows \p{Cc}.
      // eslint-disable-next-line no-control-regex
      .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, {
        error: 'Must not contain line breaks or other control characters',
      })
  );
}
