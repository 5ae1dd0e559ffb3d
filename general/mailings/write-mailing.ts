import { mailingsADay } from '../../shared/contract/mailing-limits.ts';
import type { MailingKind } from '../../shared/contract/mailings.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { countMailed, type HolderScope } from './holders.ts';
import type { MailedFacts, MailingRow } from './mailing-row.ts';

type NewMailing = HolderScope & {
  kind: MailingKind;
  text: string;
  facts?: { before: MailedFacts; after: MailedFacts };
  userId: number;
  nonce?: string | undefined;
};

const dayMs = 86_400_000;

/**
 * Writes what all ticket holders are to be told, in the transaction of what it is about. From then on each of them gets
 * a mail, whatever crashes (mailing-duty.ts). The caller has locked the event, so that the limits hold. Returns
 * undefined if there is no holder.
 * @throws {Problem} too_many_mails
 */
export async function writeMailing(
  trx: Database,
  { eventId, dropId = null, kind, text, facts, userId, nonce }: NewMailing,
): Promise<MailingRow | undefined> {
  const row = {
    event_id: eventId,
    drop_id: dropId,
    kind,
    text,
    facts: facts ? JSON.stringify(facts) : null,
    written_by: userId,
    written_at: new Date(),
    nonce: nonce ?? null,
    made: 0,
    last_user: 0,
    made_at: null,
  };
  const holders = await countMailed(trx, { ...row, id: 0, holders: 0 });
  if (holders === 0) return undefined;
  await requireFew(trx, eventId, kind);
  const [id = 0] = await trx('mailings').insert({ ...row, holders });
  return { ...row, id, holders };
}

/** A cancellation happens once, so it has no limit. */
async function requireFew(trx: Database, eventId: number, kind: MailingKind): Promise<void> {
  if (kind === 'cancelled') return;
  const isMessage = kind === 'message';
  const most = isMessage ? mailingsADay.messages : mailingsADay.changes;
  const earlier: { written_at: Date }[] = await trx('mailings')
    .where({ event_id: eventId })
    .whereIn('kind', isMessage ? ['message'] : ['moved', 'changed'])
    .where('written_at', '>', new Date(Date.now() - dayMs))
    .orderBy('written_at', 'desc')
    .limit(most)
    .select('written_at');
  const oldest = earlier[most - 1];
  if (!oldest) return;
  throw new Problem('too_many_mails', {
    detail: `Ticket holders of an event get at most ${most} such mails in 24 hours`,
    retryAfter: Math.ceil((oldest.written_at.getTime() + dayMs - Date.now()) / 1000),
  });
}
