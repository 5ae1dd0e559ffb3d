/**
 * Ties a schema of the HTTP contract to a form: what the server would refuse is said before it is sent. Schemas come
 * with a library as large as the rest of the page, so they are loaded while somebody types.
 */
import type { FieldErrors, FieldValues, Resolver } from 'react-hook-form';
import type { z } from 'zod';
import type { Messages } from '../i18n/en.ts';

export function rulesOf<Input extends FieldValues, Output>(
  load: () => Promise<z.ZodType<Output, Input>>,
  text: Messages,
): Resolver<Input, unknown, Output> {
  return async (values) => {
    const schema = await load().catch(() => undefined);
    // Rules that did not come hold nobody up: the server has them too.
    if (!schema) return { values: values as unknown as Output, errors: {} };
    const parsed = schema.safeParse(values);
    if (parsed.success) return { values: parsed.data, errors: {} };
    const errors: Record<string, { type: string; message: string }> = {};
    for (const issue of parsed.error.issues) {
      const field = issue.path.join('.');
      // The first fault of a field is the one to mend first.
      errors[field] ??= { type: issue.code, message: wordsFor(issue, values, text) };
    }
    return { values: {}, errors: errors as FieldErrors<Input> };
  };
}

function wordsFor(issue: z.core.$ZodIssue, values: FieldValues, text: Messages): string {
  const value: unknown = issue.path.reduce<unknown>(
    (inside, key) => (inside as Record<PropertyKey, unknown> | undefined)?.[key],
    values,
  );
  if (value === undefined || (typeof value === 'string' && value.trim() === '')) return text.fields.required;
  if (issue.code === 'too_small') return text.fields.tooShort(Number(issue.minimum));
  if (issue.code === 'too_big') return text.fields.tooLong(Number(issue.maximum));
  if (issue.message === 'Not an e-mail address') return text.fields.email;
  return text.fields.invalid;
}
