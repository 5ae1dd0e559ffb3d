/**
 * Posters drawn by hand, by the beginning of the event's title. Pages draw them; link previews get them as pictures.
 */
const postersByTitle = [
  ['The Lanterns', 'lanterns'],
  ['Northgate United', 'derby'],
  ['Winter Proms', 'proms'],
  ['A Table for Eight', 'comedy'],
] as const;

type Poster = (typeof postersByTitle)[number][1];
/** Names of preview pictures; events without a poster share one. */
export type PictureName = Poster | 'seatdrop';

/** The poster of an event; undefined if it has none of its own. */
export function posterOf(title: string): Poster | undefined {
  return postersByTitle.find(([prefix]) => title.startsWith(prefix))?.[1];
}

/** Size of `web/public/posters/NAME.png` in pixels. */
export const previewSize = { width: 1200, height: 630 };

export function previewPath(title: string): string {
  return `/posters/${posterOf(title) ?? 'seatdrop'}.png`;
}
