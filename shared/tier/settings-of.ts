/** What settings a schema has, for the documentation and for checks. */
import { z } from 'zod';

export type Setting = {
  name: string;
  about: string;
  /** As it is used where none is given; undefined: then there is none. */
  default: string | undefined;
  isNeeded: boolean;
  /** The only case in which it is looked at, such as `PAYMENT_PROVIDER=stripe`; undefined: always. */
  when: string | undefined;
};

/** In the order of the schema: objects, what they are combined with, and alternatives that a literal tells apart. */
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
      // A part that only looks at a setting of another part says nothing of it.
      if (!found.has(name)) found.set(name, setting(name, field, field === kind?.[1] ? undefined : when));
    }
  } else {
    throw new Error('Settings are objects, what these are combined with, and alternatives');
  }
}

function setting(name: string, field: z.ZodType, when: string | undefined): Setting {
  const none = field.safeParse(undefined);
  const fallback = none.success && none.data !== undefined ? written(field, none.data) : undefined;
  return { name, about: field.description ?? '', default: fallback, isNeeded: !none.success, when };
}

/** A default as somebody would write it. One that is read into an object is told as it was before. */
function written(field: z.ZodType, value: unknown): string {
  const read = [value].flat();
  const text = read.every((each) => typeof each !== 'object')
    ? read.join(',')
    : z.toJSONSchema(field, { io: 'input', unrepresentable: 'any' }).default;
  if (typeof text !== 'string')
    throw new Error('The default of a setting must be a text, a number or a list');
  return text;
}
