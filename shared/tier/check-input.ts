import type { z } from 'zod';
import {
  messageOf,
  type Coded,
  type Fault,
  type OwnCode,
  type ParamsArgument,
} from '../contract/fault-codes.ts';
import { codeOfIssue } from '../contract/issue-fault.ts';
import { Problem } from './problems.ts';

/** Faults listed in one answer; a longer list would not help the caller. */
const maxFaults = 20;

/**
 * Parses `value` with `schema`.
 * @throws {Problem} invalid_request, with each fault and where it is
 */
export function checkInput<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (!result.success) throw new Problem('invalid_request', { errors: faultsOf(result.error, value) });
  return result.data;
}

/** A fault in one field, for checks that a schema cannot make. */
export function invalid<C extends OwnCode>(pointer: string, code: C, ...params: ParamsArgument<C>): Problem {
  return new Problem('invalid_request', { errors: [faultAt(pointer, code, ...params)] });
}

export function faultAt<C extends OwnCode>(pointer: string, code: C, ...params: ParamsArgument<C>): Fault {
  const coded = { code, ...(params[0] && { params: params[0] }) } as Coded;
  return { pointer, ...coded, message: messageOf(code, ...params) };
}

function faultsOf(error: z.ZodError, value: unknown): Fault[] {
  return error.issues
    .flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => faultAt(pointerTo([...issue.path, key]), 'unknown_field'))
        : [{ pointer: pointerTo(issue.path), ...codeOfIssue(issue, value), message: issue.message }],
    )
    .slice(0, maxFaults);
}

/** A JSON pointer (RFC 6901). */
function pointerTo(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
