import type { z } from 'zod';
import { Problem, type Fault } from './problems.ts';

/** Faults listed in one answer; a longer list would not help the caller. */
const maxFaults = 20;

/**
 * Parses `value` with `schema`.
 * @throws {Problem} invalid_request, with each fault and where it is
 */
export function checkInput<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (!result.success) throw new Problem('invalid_request', { errors: faultsOf(result.error) });
  return result.data;
}

/** A fault in one field, for checks that a schema cannot make. */
export function invalid(pointer: string, message: string): Problem {
  return new Problem('invalid_request', { errors: [{ pointer, message }] });
}

function faultsOf(error: z.ZodError): Fault[] {
  return error.issues
    .flatMap(({ path, message, ...issue }) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({ pointer: pointerTo([...path, key]), message: 'Not a known field' }))
        : [{ pointer: pointerTo(path), message }],
    )
    .slice(0, maxFaults);
}

/** A JSON pointer (RFC 6901). */
function pointerTo(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
