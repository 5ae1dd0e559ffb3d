import ical, { ICalAlarmType, ICalCalendarMethod } from 'ical-generator';
import { idParams } from '../../shared/contract/ids.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, TextStream, type Route } from '../http/route.ts';

export function downloadOpening({ db, publicUrl }: Pick<Deps, 'db' | 'publicUrl'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/drops/:id/opening.ics',
    summary: 'Download the opening of a drop for a calendar',
    description: 'Imported again after the opening was moved, it replaces the earlier entry.',
    tag: 'Drops',
    who: 'anyone',
    params: idParams,
    success: {
      status: 200,
      contentType: 'text/calendar',
      description: 'One entry, with an alarm 15 minutes before',
    },
    problems: ['drop_cancelled'],
    async handle({ params: { id } }) {
      const drop = await findOpening(db, id);
      if (!drop) throw new Problem('not_found');
      if (drop.cancelled_at) throw new Problem('drop_cancelled');
      return new TextStream(`sale-${id}.ics`, oneChunk(calendarOf(drop, publicUrl)));
    },
  });
}

export type Opening = {
  id: number;
  opens_at: Date;
  updated_at: Date;
  cancelled_at: Date | null;
  terms_version: number;
  title: string;
  venue: string;
};

function findOpening(db: Database, id: number): Promise<Opening | undefined> {
  return db('drops')
    .join('events', 'events.id', 'drops.event_id')
    .where('drops.id', id)
    .select('drops.id', 'drops.opens_at', 'drops.updated_at', 'drops.cancelled_at', 'drops.terms_version')
    .first('events.title', 'events.venue') as Promise<Opening | undefined>;
}

/** The library escapes and folds the text. Control characters, which it would leave, become blanks. */
export function calendarOf(opening: Opening, publicUrl: URL): string {
  const { id, opens_at: start, updated_at: stamp, terms_version: sequence, title, venue } = opening;
  const url = new URL(`/drops/${id}`, publicUrl).href;
  const calendar = ical({
    prodId: { company: 'Seatdrop', product: 'Seatdrop' },
    method: ICalCalendarMethod.PUBLISH,
  });
  const event = calendar.createEvent({
    id: `opening-${id}@${publicUrl.hostname}`,
    sequence,
    stamp,
    start,
    end: new Date(start.getTime() + 15 * 60_000),
    summary: plain(title),
    description: `The sale opens: ${url}`,
    location: plain(venue),
    url,
  });
  event.createAlarm({ type: ICalAlarmType.display, trigger: 15 * 60, description: plain(title) });
  return calendar.toString();
}

const plain = (text: string) => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();

async function* oneChunk(text: string): AsyncGenerator<string> {
  yield await Promise.resolve(text);
}
