/** Reads a database schema, and lists changes that break code written for the schema before. */
import type { Database } from '../shared/mysql/connect.ts';

type Column = {
  /** With length and `unsigned`. */
  type: string;
  collation: string | null;
  nullable: boolean;
  /** Default; null: there is none, so a value must be given. */
  fallback: string | null;
  extra: string;
};

type Table = {
  columns: Map<string, Column>;
  /** Columns of each unique index, including the primary key. */
  unique: Map<string, string[]>;
  /** Columns of each foreign key. */
  foreign: Map<string, string[]>;
  checks: Set<string>;
  triggers: Set<string>;
};

export type Schema = Map<string, Table>;

/** Reads the schema of the connection's database (MariaDB), without knex's own tables. */
export async function readSchema(db: Database): Promise<Schema> {
  const schema: Schema = new Map();
  const rows = async (sql: string): Promise<Record<string, string | null>[]> => {
    const [found] = (await db.raw(sql)) as [Record<string, string | null>[]];
    return found.filter((row) => !row['tbl']?.startsWith('knex_'));
  };
  const table = (row: Record<string, string | null>): Table => schema.get(row['tbl'] ?? '')!;
  for (const { tbl } of await rows(
    `select table_name tbl from information_schema.tables
     where table_schema = database() and table_type = 'BASE TABLE'`,
  )) {
    schema.set(tbl!, {
      columns: new Map(),
      unique: new Map(),
      foreign: new Map(),
      checks: new Set(),
      triggers: new Set(),
    });
  }
  for (const row of await rows(
    `select table_name tbl, column_name name, column_type type, collation_name collation, is_nullable nullable,
       column_default fallback, extra
     from information_schema.columns where table_schema = database() order by ordinal_position`,
  )) {
    table(row).columns.set(row['name']!, {
      type: row['type']!,
      collation: row['collation']!,
      nullable: row['nullable'] === 'YES',
      fallback: row['fallback'] ?? (row['nullable'] === 'YES' ? 'NULL' : null),
      extra: row['extra']!,
    });
  }
  const lists = [
    [
      'unique',
      `select table_name tbl, index_name name, column_name col from information_schema.statistics
       where table_schema = database() and non_unique = 0 order by index_name, seq_in_index`,
    ],
    [
      'foreign',
      `select table_name tbl, constraint_name name, column_name col from information_schema.key_column_usage
       where table_schema = database() and referenced_table_name is not null order by name, ordinal_position`,
    ],
  ] as const;
  for (const [kind, sql] of lists) {
    for (const row of await rows(sql)) {
      const all = table(row)[kind];
      all.set(row['name']!, [...(all.get(row['name']!) ?? []), row['col']!]);
    }
  }
  for (const row of await rows(
    `select table_name tbl, constraint_name name from information_schema.check_constraints
     where constraint_schema = database()`,
  )) {
    table(row).checks.add(row['name']!);
  }
  for (const row of await rows(
    `select event_object_table tbl, trigger_name name from information_schema.triggers
     where trigger_schema = database()`,
  )) {
    table(row).triggers.add(row['name']!);
  }
  return schema;
}

/** Differences in `after` that code written for `before` cannot handle or does not expect. */
export function incompatibilities(before: Schema, after: Schema): string[] {
  const found: string[] = [];
  for (const [name, old] of before) {
    const now = after.get(name);
    if (now) found.push(...inTable(old, now).map((change) => `${name}: ${change}`));
    else found.push(`${name}: the table is gone`);
  }
  return found;
}

function inTable(old: Table, now: Table): string[] {
  const found: string[] = [];
  for (const [name, column] of old.columns) {
    const other = now.columns.get(name);
    if (other) found.push(...inColumn(column, other).map((change) => `${name} ${change}`));
    else found.push(`${name} is gone`);
  }
  /** Code that does not know the column writes null there, which violates no unique index and no foreign key. */
  const isLeftEmpty = (column: string): boolean =>
    !old.columns.has(column) && now.columns.get(column)?.fallback === 'NULL';
  for (const [name, { fallback, extra }] of now.columns) {
    if (old.columns.has(name) || fallback !== null || /auto_increment|generated/i.test(extra)) continue;
    found.push(`${name} is new, and has to be given`);
  }
  for (const [name, columns] of now.unique) {
    if (sameIn(old.unique, columns) || columns.some(isLeftEmpty)) continue;
    found.push(`${columns.join(', ')} must be unique now (${name})`);
  }
  for (const [name, columns] of old.unique) {
    if (!sameIn(now.unique, columns))
      found.push(`${columns.join(', ')} need not be unique any more (${name})`);
  }
  for (const [name, columns] of now.foreign) {
    if (sameIn(old.foreign, columns) || columns.some(isLeftEmpty)) continue;
    found.push(`${columns.join(', ')} must refer to something now (${name})`);
  }
  for (const name of now.checks) {
    // The implicit check of a new JSON column has the column's name.
    if (!old.checks.has(name) && !isLeftEmpty(name)) found.push(`there is a new check (${name})`);
  }
  for (const name of now.triggers) {
    if (!old.triggers.has(name)) found.push(`there is a new trigger (${name})`);
  }
  return found;
}

function sameIn(all: ReadonlyMap<string, string[]>, columns: readonly string[]): boolean {
  const set = columns.toSorted().join();
  return [...all.values()].some((each) => each.toSorted().join() === set);
}

function inColumn(old: Column, now: Column): string[] {
  const found: string[] = [];
  if (!holds(now.type, old.type)) found.push(`was ${old.type}, and is ${now.type}`);
  if (old.collation !== now.collation) found.push(`was in ${old.collation}, and is in ${now.collation}`);
  if (old.nullable && !now.nullable) found.push('may not be null any more');
  if (!old.nullable && now.nullable) found.push('may be null, which nobody expects');
  if (old.fallback !== null && old.fallback !== now.fallback)
    found.push(`was ${old.fallback} where nobody said, and is ${now.fallback ?? 'to be given'}`);
  if (old.extra !== now.extra) found.push(`was '${old.extra}', and is '${now.extra}'`);
  return found;
}

/** Types of each family, from narrow to wide. */
const families = [
  ['tinyint', 'smallint', 'mediumint', 'int', 'bigint'],
  ['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext'],
  ['binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob'],
  ['datetime'],
];

/** Whether a column of type `now` can hold every value of type `old`. */
function holds(now: string, old: string): boolean {
  if (now === old) return true;
  const [a, b] = [parse(old), parse(now)];
  if (a.unsigned !== b.unsigned) return false;
  if (a.base === 'enum' && b.base === 'enum') return a.values.every((value) => b.values.includes(value));
  const family = families.find((each) => each.includes(a.base));
  if (!family?.includes(b.base)) return false;
  if (a.base === b.base) return family[0] === 'tinyint' || b.length >= a.length;
  // A varchar may be shorter than a char, and longer than a tinytext.
  if (/char|binary/.test(a.base) && /char|binary|tiny/.test(b.base))
    return b.length >= a.length && !b.base.startsWith('tiny');
  return family.indexOf(b.base) > family.indexOf(a.base);
}

function parse(type: string) {
  const [, base = '', inside = ''] = /^(\w+)(?:\((.*)\))?/.exec(type) ?? [];
  return {
    base,
    length: Number(inside) || 0,
    values: inside.split(','),
    unsigned: / unsigned/.test(type),
  };
}
