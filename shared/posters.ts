/** Posters drawn by hand, by how their events' titles begin. Pages draw them, link previews get them as pictures. */
const drawn = [
  ['The Lanterns', 'lanterns'],
  ['Northgate United', 'derby'],
  ['Winter Proms', 'proms'],
  ['A Table for Eight', 'comedy'],
] as const;

type Poster = (typeof drawn)[number][1];
/** Pictures for previews; events without a poster share one. */
export type PictureName = Poster | 'seatdrop';

/** Undefined for an event without one of its own. */
export function posterOf(title: string): Poster | undefined {
  return drawn.find(([begins]) => title.startsWith(begins))?.[1];
}

/** Of `web/public/posters/NAME.png`, in pixels. */
export const previewSize = { width: 1200, height: 630 };

export function previewPath(title: string): string {
  return `/posters/${posterOf(title) ?? 'seatdrop'}.png`;
}
