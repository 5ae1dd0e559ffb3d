/** What settings a schema has, for the documentation and for checks. */
import { z } from 'zod';

export type Setting = {
  name: string;
  about: string;
  /** Undefined: none. */
  default: string | undefined;
  /** Or else only with what `when` says. */
  isNeeded: boolean;
  /** Such as `PAYMENT_PROVIDER=stripe`; undefined: always. */
  when: string | undefined;
};

type JsonSchema = {
  properties?: Record<
    string,
    { description?: string; default?: string | number; const?: string; enum?: string[] }
  >;
  required?: string[];
  allOf?: JsonSchema[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
};

/** In the order of the schema; a setting that several kinds of an alternative have comes once. */
function settingsOf(schema: z.ZodType): Setting[] {
  const found = new Map<string, Setting>();
  collect(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema, undefined);
  return [...found.values()];

  function collect(part: JsonSchema, when: string | undefined): void {
    const fixed = Object.entries(part.properties ?? {}).find(([, { const: value }]) => value !== undefined);
    const only = when ?? (fixed && `${fixed[0]}=${fixed[1].const}`);
    for (const [name, { description = '', default: fallback, const: value }] of Object.entries(
      part.properties ?? {},
    )) {
      const known = found.get(name);
      found.set(name, {
        name,
        about: known?.about || description,
        default: fallback === undefined ? known?.default : `${fallback}`,
        isNeeded: known?.isNeeded === true || (part.required ?? []).includes(name),
        when: value === undefined ? only : undefined,
        ...(known?.when === undefined && known !== undefined && { when: undefined }),
      });
    }
    for (const each of part.allOf ?? []) collect(each, when);
    for (const each of [...(part.anyOf ?? []), ...(part.oneOf ?? [])]) collect(each, when);
  }
}

export function namesOf(schema: z.ZodType): string[] {
  return settingsOf(schema).map(({ name }) => name);
}
