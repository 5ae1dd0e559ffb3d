/** Requests to general that go on all the time, beside those of buyers: there is always one under way. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FrontDoor } from '../../buyer/front-door.ts';
import type { Identity } from '../../buyer/make-buyers.ts';

/** Milliseconds between two requests of one of them. */
const pauseMs = 30;

/** Each looks at the own entry and signs out, which is as good again: a change that nginx may not send twice. */
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
        await door.ask('POST', '/api/auth/signout', visitor);
        await sleep(pauseMs);
      }
    }),
  );
}
