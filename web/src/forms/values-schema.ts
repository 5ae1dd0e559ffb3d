/** Loaded with the schemas of the contract, since it needs their library. */
import { z } from 'zod';

/** @param check makes the body from the values of a form, and reports what is wrong with them */
export function valuesSchema<Values, Body>(
  check: (values: Values, report: (field: string, message: string) => void) => Body,
) {
  return z
    .custom<Values>()
    .transform((values, context): Body =>
      check(values, (field, message) =>
        context.addIssue({ code: 'custom', path: field.split('.'), message }),
      ),
    );
}
