/** A front door of which each request is followed: none may fail, whichever process is replaced meanwhile. */
import type { TierName } from '../../../local/tiers.ts';
import type { Answer, FrontDoor } from '../../buyer/front-door.ts';

export type Failure = { at: number; tier: Served; request: string; status: number; code: string | undefined };

/** The tiers that answer requests. */
export type Served = Extract<TierName, 'publisher' | 'general'>;

export type Traffic = { answered: number; underWay: number; mostUnderWay: number };

export type WatchedDoor = FrontDoor & {
  failures: Failure[];
  traffic: Record<Served, Traffic>;
};

/** What buyers ask is as it should be, so these say that something is wrong with us, as do no answer and any 5xx. */
const faults = new Set([400, 401, 404, 405, 408, 413, 429]);

export function watchDoor(door: FrontDoor): WatchedDoor {
  const none = (): Traffic => ({ answered: 0, underWay: 0, mostUnderWay: 0 });
  const traffic = { publisher: none(), general: none() };
  const failures: Failure[] = [];
  return {
    ...door,
    failures,
    traffic,
    async ask(method, path, caller, body) {
      const tier = tierOf(method, path);
      const of = traffic[tier];
      of.underWay += 1;
      of.mostUnderWay = Math.max(of.mostUnderWay, of.underWay);
      const answer = await door.ask(method, path, caller, body);
      of.underWay -= 1;
      of.answered += 1;
      if (isFailure(answer)) {
        const { status, code } = answer;
        failures.push({ at: Date.now(), tier, request: `${method} ${path}`, status, code });
      }
      return answer;
    },
  };
}

/** As nginx decides. */
function tierOf(method: string, path: string): Served {
  return method === 'POST' && path.endsWith('/entries') ? 'publisher' : 'general';
}

function isFailure({ status }: Answer): boolean {
  return status === 0 || status >= 500 || faults.has(status);
}
