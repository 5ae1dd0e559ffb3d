/** What stands in the form of an event, and what is sent for it. */
import type { Event } from '../../api/types.ts';
import type { FieldFault } from '../../forms/form-fault.ts';
import type { FormRules } from '../../forms/contract-resolver.ts';
import { serverClock } from '../../clock/server-clock.ts';
import { deviceZone } from '../../i18n/times.ts';
import { momentOf, typedTime, usableZone } from '../zoned-time.ts';
import { zoneNamed } from './zones.ts';

export type EventValues = {
  title: string;
  venue: string;
  startsAt: string;
  /** As it was typed. */
  timeZone: string;
  description: string;
  /** Its sales may close after it begins. */
  allowLate: boolean;
  /** Its sales close when it begins. */
  closeDrops: boolean;
  /** Ticket holders are told of a change that does not move it. */
  tellHolders: boolean;
  /** In the mail to ticket holders. */
  text: string;
};

const asIs = { allowLate: false, closeDrops: false, tellHolders: false, text: '' };

export function valuesOf(event: Event | undefined): EventValues {
  if (!event) return { title: '', venue: '', startsAt: '', timeZone: deviceZone(), description: '', ...asIs };
  const { title, venue, timeZone, description } = event;
  const startsAt = typedTimeOf(event);
  return { title, venue, description, timeZone, startsAt, ...asIs };
}

function typedTimeOf(event: Event): string;
function typedTimeOf(event: Event | undefined): string | undefined;
function typedTimeOf(event: Event | undefined): string | undefined {
  return event && typedTime(Date.parse(event.startsAt), usableZone(event.timeZone));
}

/** In which the time that is typed is meant; while none is named, that of the device. */
export function zoneOf({ timeZone }: Pick<EventValues, 'timeZone'>): string {
  return zoneNamed(timeZone) ?? deviceZone();
}

export function bodyOf(values: EventValues) {
  const meant = momentOf(values.startsAt, zoneOf(values));
  const startsAt = meant.kind === 'moment' ? new Date(meant.at).toISOString() : undefined;
  const { allowLate, closeDrops, tellHolders, text, ...facts } = values;
  const timeZone = zoneNamed(values.timeZone) ?? values.timeZone;
  return {
    ...facts,
    startsAt,
    timeZone,
    ...(allowLate && { allowLate: true }),
    ...(closeDrops && { closeDrops: true }),
    ...(tellHolders && { tellHolders: true }),
    ...(text.trim() !== '' && { text }),
  };
}

/** Whether a sale of the event would close after it begins, as it does not do now. */
export function hasLateDrop(values: EventValues, event: Event | undefined): boolean {
  const starts = Date.parse(bodyOf(values).startsAt ?? '');
  return (
    event !== undefined &&
    starts < Date.parse(event.startsAt) &&
    event.drops.some(({ state, closesAt }) => state !== 'cancelled' && Date.parse(closesAt) > starts)
  );
}

/** Whether its time or place changes, as its ticket holders have to know. */
export function isMoved(values: EventValues, event: Event): boolean {
  return (
    typedTimeOf(event) !== values.startsAt ||
    event.venue !== values.venue.trim() ||
    event.timeZone !== bodyOf(values).timeZone
  );
}

/** What a new event has, too. */
function factsOf(body: ReturnType<typeof bodyOf>) {
  const { allowLate: _late, closeDrops: _close, tellHolders: _tell, text: _text, ...facts } = body;
  return facts;
}

const newEventSchema = async () => (await import('@seatdrop/shared/contract/events.ts')).newEvent;

/** `event`: the one that is edited. */
export function eventRules(event: Event | undefined): FormRules<EventValues, ReturnType<typeof bodyOf>> {
  return {
    schema: newEventSchema,
    bodyOf,
    checked: factsOf,
    typed: (values) =>
      momentOf(values.startsAt, zoneOf(values)).kind === 'gap'
        ? [{ field: 'startsAt', fault: { code: 'time_gap' } }]
        : [],
    more(values, { startsAt = '', timeZone, allowLate, closeDrops }) {
      const faults: FieldFault[] = [];
      const hasMoved = typedTimeOf(event) !== values.startsAt || event?.timeZone !== timeZone;
      if (hasMoved && Date.parse(startsAt) < serverClock.now())
        faults.push({ field: 'startsAt', fault: { code: 'in_the_past' } });
      if (hasLateDrop(values, event) && allowLate !== true && closeDrops !== true)
        faults.push({ field: 'startsAt', fault: { code: 'starts_before_closing' } });
      return faults;
    },
  };
}
