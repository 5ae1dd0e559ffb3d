/** What an event page contains for clients that do not run its scripts: search engines and link previews. */
import type { z } from 'zod';
import type { dropSummary } from '../../shared/contract/drops.ts';
import { eventTime } from '../../shared/contract/event-time.ts';
import { decimal } from '../../shared/contract/minor-units.ts';
import { escapeHtml } from '../../shared/http/escape-html.ts';
import { previewPath, previewSize } from '../../shared/posters.ts';

export type PageEvent = {
  title: string;
  description: string;
  venue: string;
  /** ISO 8601 */
  startsAt: string;
  /** IANA name */
  timeZone: string;
  organizer: string;
  drops: (z.input<typeof dropSummary> & { soldOut: boolean })[];
};

/** Approximate number of characters of a description that previews show. */
const maxDescriptionLength = 200;

/** The elements for the page's head. */
export function eventMeta(event: PageEvent, url: string): string {
  const description = descriptionOf(event);
  const title = `${event.title} · Seatdrop`;
  const image = new URL(previewPath(event.title), url).href;
  return [
    `<title>${escapeHtml(title)}</title>`,
    meta('name', 'description', description),
    `<link rel="canonical" href="${escapeHtml(url)}">`,
    meta('property', 'og:type', 'website'),
    meta('property', 'og:site_name', 'Seatdrop'),
    meta('property', 'og:title', event.title),
    meta('property', 'og:description', description),
    meta('property', 'og:url', url),
    meta('property', 'og:image', image),
    meta('property', 'og:image:type', 'image/png'),
    meta('property', 'og:image:width', String(previewSize.width)),
    meta('property', 'og:image:height', String(previewSize.height)),
    meta('property', 'og:image:alt', event.title),
    meta('name', 'twitter:card', 'summary_large_image'),
    meta('name', 'twitter:image', image),
    meta('name', 'twitter:title', event.title),
    meta('name', 'twitter:description', description),
    `<script type="application/ld+json">${inScript(structured(event, url, image, description))}</script>`,
  ].join('\n    ');
}

/** The page's content until the app has loaded. */
export function eventContent(event: PageEvent, now: number): string {
  const { title, description, venue, startsAt, timeZone } = event;
  return [
    `<h1>${escapeHtml(title)}</h1>`,
    ...(isOver(event, now) ? ['<p>This event is over.</p>'] : []),
    `<p><time datetime="${startsAt}">${escapeHtml(eventTime(startsAt, timeZone, 'en'))}</time> · ${escapeHtml(venue)}</p>`,
    ...(description === '' ? [] : [`<p>${escapeHtml(description)}</p>`]),
  ].join('\n          ');
}

function isOver({ startsAt, drops }: PageEvent, now: number): boolean {
  return (
    Date.parse(startsAt) <= now && drops.every(({ state }) => state === 'closed' || state === 'cancelled')
  );
}

/** Head of a page whose event does not exist or cannot be read now. */
export const noEventMeta = ['<title>Seatdrop</title>', '<meta name="robots" content="noindex">'].join(
  '\n    ',
);

function descriptionOf({ title, description, venue, startsAt, timeZone }: PageEvent): string {
  const text = description.replace(/\s+/g, ' ').trim();
  if (text === '') return `${title}, ${venue}, ${localTime(startsAt, timeZone).slice(0, 10)}`;
  if (text.length <= maxDescriptionLength) return text;
  const cut = Array.from(text)
    .slice(0, maxDescriptionLength - 1)
    .join('');
  return `${cut.replace(/\s+\S*$/, '')}…`;
}

/** The local time at the venue with its UTC offset: search engines show the part before the offset. */
function localTime(at: string, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'longOffset',
  }).formatToParts(new Date(at));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((each) => each.type === type)?.value ?? '';
  const offset = part('timeZoneName').replace('GMT', '') || '+00:00';
  return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}:${part('second')}${offset}`;
}

/** https://schema.org/Event */
function structured(event: PageEvent, url: string, image: string, description: string): object {
  return {
    '@context': 'https://schema.org',
    '@type': 'Event',
    name: event.title,
    description,
    image: [image],
    startDate: localTime(event.startsAt, event.timeZone),
    eventStatus: 'https://schema.org/EventScheduled',
    eventAttendanceMode: 'https://schema.org/OfflineEventAttendanceMode',
    location: { '@type': 'Place', name: event.venue, address: event.venue },
    organizer: { '@type': 'Organization', name: event.organizer },
    url,
    offers: event.drops
      .filter(({ state }) => state !== 'cancelled')
      .map((drop) => ({
        '@type': 'Offer',
        url,
        price: decimal(drop.seatPrice),
        priceCurrency: drop.seatPrice.currency,
        validFrom: drop.opensAt,
        validThrough: drop.closesAt,
        availability: `https://schema.org/${availabilityOf(drop)}`,
      })),
  };
}

function availabilityOf({ state, soldOut }: PageEvent['drops'][number]): string {
  if (state === 'scheduled') return 'PreOrder';
  if (state === 'closed' || soldOut) return 'SoldOut';
  return 'InStock';
}

export function meta(by: 'name' | 'property', key: string, content: string): string {
  return `<meta ${by}="${key}" content="${escapeHtml(content)}">`;
}

/** JSON escaped so that it cannot end the surrounding script or begin a comment in it. */
export function inScript(value: object): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
