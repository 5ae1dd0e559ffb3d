/**
 * The code of a fault that a schema has found, the same for servers and pages. Without the schema library and the
 * messages, since pages import this before they load a schema.
 */
import type { z } from 'zod';
import type { Coded } from './fault-codes.ts';

/**
 * @param input what the schema was given
 * @throws {Error} if a rule of a schema has no code
 */
export function codeOfIssue(issue: z.core.$ZodIssue, input: unknown): Coded {
  const value = issue.path.reduce<unknown>(
    (inside, key) => (inside as Record<PropertyKey, unknown> | null | undefined)?.[key],
    input,
  );
  if (value === undefined || (typeof value === 'string' && value.trim() === '')) return { code: 'required' };
  switch (issue.code) {
    case 'invalid_type':
      return { code: typeCode(issue.expected, value) };
    case 'too_small':
      return tooSmall(issue.origin, Number(issue.minimum));
    case 'too_big':
      return tooBig(issue.origin, Number(issue.maximum));
    case 'invalid_format':
      return { code: 'wrong_format' };
    case 'invalid_value':
      return { code: 'not_an_option' };
    case 'not_multiple_of':
      return { code: 'not_whole' };
    case 'unrecognized_keys':
      return { code: 'unknown_field' };
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
      return { code: 'wrong_type' };
    case 'custom':
      return ownFault(issue);
  }
}

function typeCode(expected: string, value: unknown): 'not_number' | 'not_whole' | 'wrong_type' {
  if (expected !== 'number' && expected !== 'int') return 'wrong_type';
  return typeof value === 'number' && !Number.isNaN(value) ? 'not_whole' : 'not_number';
}

function tooSmall(origin: string, minimum: number): Coded {
  const params = { minimum };
  if (origin === 'string') return { code: 'too_short', params };
  return { code: origin === 'array' ? 'too_few' : 'too_small', params };
}

function tooBig(origin: string, maximum: number): Coded {
  const params = { maximum };
  if (origin === 'string') return { code: 'too_long', params };
  return { code: origin === 'array' ? 'too_many' : 'too_big', params };
}

/** `fault()` has put it there. */
function ownFault({ params, message }: z.core.$ZodIssueCustom): Coded {
  if (params?.['code'] === undefined) throw new Error(`A rule without a code: ${message}`);
  return params as Coded;
}
