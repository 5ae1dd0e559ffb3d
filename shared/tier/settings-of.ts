/** Lists the settings of a schema, for the documentation and for checks. */
import { z } from 'zod';

export type Setting = {
  name: string;
  about: string;
  /** The value that is used if none is given, as text; undefined if there is none. */
  default: string | undefined;
  isNeeded: boolean;
  /** The only case in which it is read, such as `PAYMENT_PROVIDER=stripe`; undefined: always. */
  when: string | undefined;
};

/** In the order of the schema, which consists of objects, intersections, and unions discriminated by a literal. */
export function settingsOf(schema: z.ZodType): Setting[] {
  const found = new Map<string, Setting>();
  collect(schema, found);
  return [...found.values()];
}

export function namesOf(schema: z.ZodType): string[] {
  return settingsOf(schema).map(({ name }) => name);
}

function collect(schema: z.core.$ZodType, found: Map<string, Setting>): void {
  if (schema instanceof z.ZodIntersection) {
    for (const part of [schema.def.left, schema.def.right]) collect(part, found);
  } else if (schema instanceof z.ZodDiscriminatedUnion) {
    for (const option of schema.def.options) collect(option, found);
  } else if (schema instanceof z.ZodObject) {
    const fields = Object.entries<z.ZodType>(schema.shape);
    const kind = fields.find(([, field]) => field instanceof z.ZodLiteral);
    const when = kind && `${kind[0]}=${String((kind[1] as z.ZodLiteral).value)}`;
    for (const [name, field] of fields) {
      // The first part that has a setting describes it; other parts only read it.
      if (!found.has(name)) found.set(name, setting(name, field, field === kind?.[1] ? undefined : when));
    }
  } else {
    throw new Error('A schema of settings must consist of objects, intersections and discriminated unions');
  }
}

function setting(name: string, field: z.ZodType, when: string | undefined): Setting {
  const unset = field.safeParse(undefined);
  const fallback = unset.success && unset.data !== undefined ? toText(field, unset.data) : undefined;
  return { name, about: field.description ?? '', default: fallback, isNeeded: !unset.success, when };
}

/** A default as it would be written in the environment; for one that is parsed into an object, its text before that. */
function toText(field: z.ZodType, value: unknown): string {
  const read = [value].flat();
  const text = read.every((each) => typeof each !== 'object')
    ? read.join(',')
    : z.toJSONSchema(field, { io: 'input', unrepresentable: 'any' }).default;
  if (typeof text !== 'string')
    throw new Error('The default of a setting must be a text, a number or a list');
  return text;
}
