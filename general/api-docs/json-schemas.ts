import { z } from 'zod';

export type JsonSchema = Record<string, unknown>;

const components = '#/components/schemas/';

/** Converts zod schemas to JSON Schema and collects those with an id, so that they can be referenced by name. */
export class JsonSchemas {
  readonly #named = new Map<string, JsonSchema>();

  get named(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#named].toSorted(([a], [b]) => a.localeCompare(b)));
  }

  /** `input`: as callers send it. `output`: as callers receive it, which later versions may extend with fields. */
  schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const made = z.toJSONSchema(schema, {
      io,
      override: ({ jsonSchema }) => {
        if (io === 'output' && jsonSchema.additionalProperties === false)
          delete jsonSchema.additionalProperties;
        // z.int() adds the limits of exact integers, which tell a reader nothing.
        if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      },
    });
    const { $schema: _, $defs = {}, ...own } = withRefsTo(components, made);
    for (const [id, definition] of Object.entries($defs as Record<string, JsonSchema>))
      this.#add(id, definition);
    return own;
  }

  #add(id: string, definition: JsonSchema): void {
    const known = this.#named.get(id);
    if (known && JSON.stringify(known) !== JSON.stringify(definition)) {
      throw new Error(`Two schemas are called ${id}`);
    }
    this.#named.set(id, definition);
  }
}

function withRefsTo(place: string, schema: object): JsonSchema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', `"${place}`)) as JsonSchema;
}
