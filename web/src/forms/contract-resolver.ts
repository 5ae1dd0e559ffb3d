/** The schema of the contract as the resolver of a form. */
import { zodResolver } from '@hookform/resolvers/zod';
import { codeOfIssue } from '@seatdrop/shared/contract/issue-fault.ts';
import type { FieldValues, Resolver } from 'react-hook-form';
import type { z } from 'zod';
import { textOf, type FieldFault } from './form-fault.ts';

export type FormRules<Values, Body> = {
  /**
   * Loads the schema of what is sent, when a form first needs it: its library is as large as the rest of a page.
   * Without one, `typed` and `more` are all the rules.
   */
  schema?: () => Promise<z.ZodType>;
  /** What is sent for these values. */
  bodyOf: (values: Values) => Body;
  /** The part of it that the schema knows. */
  checked?: (body: Body) => unknown;
  /** Which field a part of the body comes from; undefined if its fault is shown elsewhere. By default of the same name. */
  fieldOf?: (path: readonly string[], values: Values) => string | undefined;
  /** Faults that only what was typed shows, not the body made of it: they count before those of the schema. */
  typed?: (values: Values) => FieldFault[];
  /** What the schema does not know: they count after those of the schema. */
  more?: (values: Values, body: Body) => FieldFault[];
};

/**
 * The values of a form are text, and its fields have other names than the body that is sent: so the schema that
 * `zodResolver` gets takes the values, makes the body, and has the contract's schema check it. Both are loaded with the
 * first check, or earlier by `loadRules`.
 */
export function contractResolver<Values extends FieldValues, Body>(
  rules: FormRules<Values, Body>,
): Resolver<Values, unknown, Body> {
  return async (values, context, options) => {
    const loaded = await loadRules(rules.schema).catch(() => undefined);
    // Rules that did not come hold nobody up: the server has them too.
    if (!loaded) return { values: rules.bodyOf(values), errors: {} };
    const { contract, valuesSchema } = loaded;
    const schema = valuesSchema((typed: Values, report) => {
      for (const { field, fault } of faultsOf(typed, contract, rules)) report(field, textOf(fault));
      return rules.bodyOf(typed);
    });
    const resolve = zodResolver(schema) as Resolver<Values, unknown, Body>;
    return resolve(values, context, options);
  };
}

/** The only place that loads a schema, so none is loaded before `without-eval.ts`. */
export async function loadRules(schema: (() => Promise<z.ZodType>) | undefined) {
  await import('./without-eval.ts');
  const [contract, { valuesSchema }] = await Promise.all([schema?.(), import('./values-schema.ts')]);
  return { contract, valuesSchema };
}

/** In the order in which they count: of several in one field, `zodResolver` keeps the first. */
function faultsOf<Values, Body>(
  values: Values,
  contract: z.ZodType | undefined,
  { bodyOf, checked, fieldOf, typed, more }: FormRules<Values, Body>,
): FieldFault[] {
  const body = bodyOf(values);
  const input = checked ? checked(body) : body;
  const issues = contract?.safeParse(input).error?.issues ?? [];
  const bySchema = issues.flatMap((issue): FieldFault[] => {
    const path = issue.path.map(String);
    const field = fieldOf ? fieldOf(path, values) : path.join('.');
    return field === undefined ? [] : [{ field, fault: codeOfIssue(issue, input) }];
  });
  return [...(typed?.(values) ?? []), ...bySchema, ...(more?.(values, body) ?? [])];
}
