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
