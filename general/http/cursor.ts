/** A place in a list that is ordered by time and, where times are equal, by key. */
export type Cursor = { time: Date; key: string };

/** The contract has checked the form: `TIME.KEY`, TIME in milliseconds since 1970. */
export function readCursor(after: string | undefined): Cursor | undefined {
  if (after === undefined) return undefined;
  const dot = after.indexOf('.');
  return { time: new Date(Number(after.slice(0, dot))), key: after.slice(dot + 1) };
}

/** The page and its cursor, out of one row more than the page may have. */
export function cutPage<Row>(rows: readonly Row[], limit: number, place: (row: Row) => Cursor) {
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  if (last === undefined) return { page, next: null };
  const { time, key } = place(last);
  return { page, next: `${time.getTime()}.${key}` };
}
