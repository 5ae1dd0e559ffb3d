/** Constant background requests to general, in addition to those of buyers, so that one is always in flight. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FrontDoor } from '../../buyer/front-door.ts';
import type { Identity } from '../../buyer/make-buyers.ts';

/** Pause between two requests of one visitor. */
const pauseMs = 30;

/**
 * Each visitor alternates a GET with a sign-out: a POST, which nginx must not retry. It carries no session, which it would
 * end, so it is harmless to repeat.
 */
export async function visit(
  door: FrontDoor,
  dropId: number,
  visitors: readonly Identity[],
  until: AbortSignal,
): Promise<void> {
  await Promise.all(
    visitors.map(async (visitor) => {
      while (!until.aborted) {
        await door.ask('GET', `/api/drops/${dropId}/entry`, visitor);
        await sleep(pauseMs);
        await door.ask('POST', '/api/auth/signout', { address: visitor.address });
        await sleep(pauseMs);
      }
    }),
  );
}
