import type { z } from 'zod';
import { idParams } from '../../shared/contract/ids.ts';
import { mailingsADay } from '../../shared/contract/mailing-limits.ts';
import { mailing, newMailing } from '../../shared/contract/mailings.ts';
import { transact, type Database } from '../../shared/mysql/connect.ts';
import { invalid } from '../../shared/tier/check-input.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { recordAct, type Actor } from '../audit/record-act.ts';
import type { Deps } from '../deps.ts';
import { requireOwnEvent } from '../events/event.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { MailingRow } from './mailing-row.ts';
import { presentMailings } from './present-mailing.ts';
import { writeMailing } from './write-mailing.ts';

/** Nothing is sent from here: the duty writes the mails, and the relay sends them. */
export function writeToHolders({ db }: Pick<Deps, 'db'>): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/events/:id/mailings',
    summary: 'Write to all ticket holders of an event, or of one of its drops',
    description:
      'Each buyer who has a ticket gets one mail, in the buyer’s language except for the text. The subject names the ' +
      `event. Possible ${mailingsADay.messages} times in 24 hours for an event (\`too_many_mails\`). Sent again with the ` +
      'same `nonce`, it is the same text and gets the same answer.',
    tag: 'Events',
    who: ['organizer', 'admin'],
    params: idParams,
    body: newMailing,
    success: { status: 201, schema: mailing, description: 'What is sent, and to how many' },
    problems: ['too_many_mails', 'no_holders'],
    records: 'holders_written_to',
    async handle({ params: { id }, body, actor }) {
      const row = await transact(db, (trx) => writeMessage(trx, id, body, actor));
      const [presented] = await presentMailings(db, [row]);
      return presented!;
    },
  });
}

async function writeMessage(
  trx: Database,
  eventId: number,
  { text, dropId, nonce }: z.output<typeof newMailing>,
  actor: Actor,
): Promise<MailingRow> {
  // One at a time, so that the limit of a day holds.
  await trx('events').where({ id: eventId }).forUpdate().first('id');
  await requireOwnEvent(trx, eventId, actor);
  if (dropId !== undefined && !(await trx('drops').where({ id: dropId, event_id: eventId }).first('id')))
    throw new Problem('not_found', { detail: 'The event has no such drop' });
  const known =
    nonce === undefined
      ? undefined
      : await trx<MailingRow>('mailings').where({ event_id: eventId, nonce }).first();
  if (known && (known.text !== text || known.drop_id !== (dropId ?? null)))
    throw invalid('/nonce', 'nonce_reused');
  if (known) return known;
  const written = await writeMailing(trx, {
    eventId,
    dropId,
    kind: 'message',
    text,
    userId: actor.userId,
    nonce,
  });
  if (!written) throw new Problem('no_holders');
  await recordAct(trx, actor, {
    act: 'holders_written_to',
    subject: dropId === undefined ? { kind: 'event', id: eventId } : { kind: 'drop', id: dropId },
    before: null,
    after: { mailing: written.id, holders: written.holders, text },
  });
  return written;
}
