type Value = Date | number | string;
/** A query of knex, of any rows. */
type Query = { where(column: string, operator: string, value: Value): Raw };
type Raw = { whereRaw(sql: string, values: Value[]): unknown };

/** A position in a list ordered by time and, for equal times, by key. */
export type Cursor = { time: Date; key: string };

/** Parses `TIME.KEY`, TIME in milliseconds since 1970; the contract has checked the format. */
export function readCursor(after: string | undefined): Cursor | undefined {
  if (after === undefined) return undefined;
  const dot = after.indexOf('.');
  return { time: new Date(Number(after.slice(0, dot))), key: after.slice(dot + 1) };
}

/** Returns the page and the cursor of the next one. `rows` has one row more than the page if there is a next page. */
export function cutPage<Row>(rows: readonly Row[], limit: number, place: (row: Row) => Cursor) {
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  if (last === undefined) return { page, next: null };
  const { time, key } = place(last);
  return { page, next: `${time.getTime()}.${key}` };
}

/**
 * Limits a query to what follows a position in its order. `position`: the columns of the order, the first one first, with
 * their values there. Returns a function for `modify`.
 */
export function following(
  direction: 'asc' | 'desc',
  position: Readonly<Record<string, Value>>,
): (query: Query) => void {
  const columns = Object.keys(position);
  const values = Object.values(position);
  const places = columns.map(() => '?').join(', ');
  const names = columns.map(() => '??').join(', ');
  const beyond = direction === 'asc' ? '>' : '<';
  return (query) => {
    // The first condition is for the index, since MySQL uses none for a comparison of rows; the second is exact.
    void query
      .where(columns[0]!, `${beyond}=`, values[0]!)
      .whereRaw(`(${names}) ${beyond} (${places})`, [...columns, ...values]);
  };
}
