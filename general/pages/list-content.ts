/** What a list of events contains for clients that do not run its scripts, and what the scripts begin with. */
import { eventTime } from '../../shared/contract/event-time.ts';
import { decimal } from '../../shared/contract/minor-units.ts';
import { escapeHtml } from '../../shared/http/escape-html.ts';
import { previewPath, previewSize } from '../../shared/posters.ts';
import type { PageParts } from './app-shell.ts';
import { inScript, meta } from './event-meta.ts';
import type { ListedEvents, WhichList } from './read-event-list.ts';

type Listed = ListedEvents['items'][number];

const words = {
  upcoming: {
    title: 'Events',
    description: 'Numbered seats, on sale at a set time. First come, first served.',
    empty: 'There are no events at the moment.',
    other: '<a href="/past">Past events</a>',
  },
  past: {
    title: 'Past events',
    description: 'Events that are over, the latest first.',
    empty: 'There are no past events.',
    other: '<a href="/">Events to come</a>',
  },
};

/** The first page of a list. `url`: its public address. */
export function listParts(which: WhichList, list: ListedEvents, url: string): PageParts {
  const { title, description, empty, other } = words[which];
  const items = list.items.map((event) => `<li>${itemOf(event, which)}</li>`);
  return {
    head: [
      ...headOf(title, description, url),
      // Data for the app, which then shows the list at once. It is no script that runs.
      `<script type="application/json" id="listed-${which}">${inScript(list)}</script>`,
    ].join('\n    '),
    content: [
      `<h1>${title}</h1>`,
      items.length === 0 ? `<p>${empty}</p>` : `<ul>${items.join('')}</ul>`,
      `<p>${other}</p>`,
    ].join('\n          '),
  };
}

/** A list that is searched: the app reads what is found. Search engines keep to the list itself. */
export function searchParts(which: WhichList, url: string): PageParts {
  const { title, description } = words[which];
  return {
    head: [...headOf(title, description, url), '<meta name="robots" content="noindex">'].join('\n    '),
    content: '',
  };
}

function headOf(title: string, description: string, url: string): string[] {
  return [
    `<title>${title} · Seatdrop</title>`,
    meta('name', 'description', description),
    `<link rel="canonical" href="${escapeHtml(url)}">`,
    meta('property', 'og:type', 'website'),
    meta('property', 'og:site_name', 'Seatdrop'),
    meta('property', 'og:title', `${title} · Seatdrop`),
    meta('property', 'og:description', description),
    meta('property', 'og:url', url),
    meta('property', 'og:image', new URL(previewPath(''), url).href),
    meta('property', 'og:image:width', String(previewSize.width)),
    meta('property', 'og:image:height', String(previewSize.height)),
    meta('name', 'twitter:card', 'summary_large_image'),
  ];
}

function itemOf({ id, title, venue, startsAt, timeZone, drops }: Listed, which: WhichList): string {
  const sales = which === 'past' ? [] : drops.map(saleOf).filter((text) => text !== '');
  return [
    `<a href="/events/${id}">${escapeHtml(title)}</a>`,
    `<p><time datetime="${startsAt}">${escapeHtml(eventTime(startsAt, timeZone, 'en'))}</time> · ${escapeHtml(venue)}</p>`,
    ...sales.map((text) => `<p>${text}</p>`),
  ].join('');

  function saleOf({ state, availability, opensAt, seatPrice }: Listed['drops'][number]): string {
    if (state === 'closed' || state === 'cancelled') return '';
    const price = seatPrice.amount === 0 ? 'free' : `${decimal(seatPrice)} ${seatPrice.currency} per seat`;
    if (state === 'scheduled')
      return escapeHtml(`Sale opens ${eventTime(opensAt, timeZone, 'en')}, ${price}`);
    if (state === 'paused') return `Paused, ${price}`;
    const isSoldOut = availability === 'none' || availability === 'standby';
    return `${isSoldOut ? 'Sold out' : 'On sale'}, ${price}`;
  }
}
