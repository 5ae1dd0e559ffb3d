/** A front-door client that counts requests and records failures: none may fail while processes are replaced. */
import type { TierName } from '../../../local/tiers.ts';
import type { Answer, FrontDoor } from '../../buyer/front-door.ts';

export type Failure = { at: number; tier: Served; request: string; status: number; code: string | undefined };

/** The tiers that answer requests. */
export type Served = Extract<TierName, 'publisher' | 'general'>;

export type Traffic = { answered: number; inFlight: number; maxInFlight: number };

export type WatchedDoor = FrontDoor & {
  failures: Failure[];
  traffic: Record<Served, Traffic>;
};

/** Buyers send only valid requests, so these are failures of the system, like no answer and any 5xx. */
const failureStatuses = new Set([400, 401, 404, 405, 408, 413, 429]);

export function watchDoor(door: FrontDoor): WatchedDoor {
  const noTraffic = (): Traffic => ({ answered: 0, inFlight: 0, maxInFlight: 0 });
  const traffic = { publisher: noTraffic(), general: noTraffic() };
  const failures: Failure[] = [];
  return {
    ...door,
    failures,
    traffic,
    async ask(method, path, caller, body) {
      const tier = tierOf(method, path);
      const counters = traffic[tier];
      counters.inFlight += 1;
      counters.maxInFlight = Math.max(counters.maxInFlight, counters.inFlight);
      const answer = await door.ask(method, path, caller, body);
      counters.inFlight -= 1;
      counters.answered += 1;
      if (isFailure(answer)) {
        const { status, code } = answer;
        failures.push({ at: Date.now(), tier, request: `${method} ${path}`, status, code });
      }
      return answer;
    },
  };
}

/** Routes as nginx does. */
function tierOf(method: string, path: string): Served {
  return method === 'POST' && path.endsWith('/entries') ? 'publisher' : 'general';
}

function isFailure({ status }: Answer): boolean {
  return status === 0 || status >= 500 || failureStatuses.has(status);
}
