/** Sends to the server whom a door let in without network. */
import type { z } from 'zod';
import type { newAdmissions, settledAdmissions } from '@seatdrop/shared/contract/check-ins.ts';
import { ask, Refusal } from '../../api/http.ts';
import { serverClock } from '../../clock/server-clock.ts';
import { admissionsOf, changeAdmission, type DoorAdmission } from './door-store.ts';

type Settled = z.infer<typeof settledAdmissions>['results'][number];

/** As many as the API takes at once. */
const maxBatch = 50;

/**
 * Sends all that waits, the oldest first. Each step may be repeated: the server knows an admission and an undo by its
 * nonce, and here nothing is changed before the server has answered. Rejects if the server cannot be reached or refuses
 * the user; the rest then waits for the next call.
 */
export async function sendAdmissions(eventId: number, device: string, changed: () => void): Promise<void> {
  let most = maxBatch;
  for (;;) {
    const waiting = (await admissionsOf(eventId)).filter(({ state }) => state === 'waiting');
    const batch = cut(waiting, most);
    if (batch.length === 0) return;
    for (const { nonce, isSent } of batch)
      if (!isSent) await changeAdmission(nonce, (known) => ({ ...known, isSent: true }));
    let results: readonly Settled[];
    try {
      results = await send(eventId, device, batch);
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'invalid_request') throw error;
      // One of them can never be sent. Alone it is found, and does not keep the others from being sent.
      if (batch.length === 1) {
        await changeAdmission(batch[0]!.nonce, (known) => ({ ...known, state: 'odd', result: 'refused' }));
        changed();
      }
      most = batch.length === 1 ? maxBatch : 1;
      continue;
    }
    const answered = batch.filter(({ nonce }) => results.some((result) => result.nonce === nonce));
    for (const { nonce } of answered)
      await settle(
        results.find((result) => result.nonce === nonce)!,
        eventId,
      );
    changed();
    // The rest is sent again, but not without end to a server that leaves it out each time.
    if (answered.length === 0) throw new Error('The server has settled none of the admissions');
  }
}

/** The first admissions with one door's name. An undo ends a batch: the next admission by its ticket comes after it. */
function cut(waiting: readonly DoorAdmission[], most: number): readonly DoorAdmission[] {
  const door = waiting[0]?.door;
  const end = waiting.findIndex(
    (each, at) => at >= most || each.door !== door || (at > 0 && waiting[at - 1]!.undoNonce !== undefined),
  );
  return end === -1 ? waiting : waiting.slice(0, end);
}

async function send(
  eventId: number,
  device: string,
  batch: readonly DoorAdmission[],
): Promise<readonly Settled[]> {
  // A clock that was ahead must not keep an admission from being taken.
  const now = serverClock.now();
  const body: z.input<typeof newAdmissions> = {
    device,
    ...(batch[0]!.door !== undefined && { door: batch[0]!.door }),
    admissions: batch.map(({ shown, nonce, at }) => {
      return { ...shown, nonce, at: new Date(Math.min(at, now)).toISOString() };
    }),
  };
  const path = `/events/${eventId}/check-ins/batch`;
  const { data } = await ask<z.infer<typeof settledAdmissions> | undefined>('POST', path, { body });
  return data?.results ?? [];
}

async function settle(settled: Settled, eventId: number): Promise<void> {
  const { nonce, result, checkedIn, orderId, seat } = settled;
  let undone: DoorAdmission | undefined;
  await changeAdmission(nonce, (known) => {
    // Decided in one transaction with the change: staff may take it back at this moment.
    undone = known.undoNonce === undefined ? undefined : known;
    if (undone) return known;
    if (result === 'undone') return undefined;
    // What the server read in the code, which knows better than a hash.
    const ticket = orderId !== undefined && seat && { orderId, seatId: seat.id, seat };
    if (result === 'admitted') return { ...known, ...ticket, state: 'counted' };
    return { ...known, ...ticket, state: 'odd', result, ...(checkedIn && { first: checkedIn }) };
  });
  if (!undone) return;
  if (result === 'admitted') await undo(eventId, undone);
  await changeAdmission(nonce, () => undefined);
}

async function undo(eventId: number, { shown, undoNonce }: DoorAdmission): Promise<void> {
  try {
    await ask('POST', `/events/${eventId}/check-ins/undo`, { body: { ...shown, nonce: undoNonce } });
  } catch (error) {
    const isDone = error instanceof Refusal && ['not_checked_in', 'ticket_refunded'].includes(error.code);
    if (!isDone) throw error;
  }
}
