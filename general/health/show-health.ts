import type { z } from 'zod';
import { health } from '../../shared/contract/operations.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';

const tiers = ['publisher', 'consumer', 'realtime', 'general'];
/** Longer than the two seconds a tier gives its dependencies. */
const timeoutMs = 3_000;
/** Characters of a response that are read. */
const maxResponseLength = 10_000;

type TierHealth = z.input<typeof health>['tiers'][number];

export function showHealth({ tierUrls = {} }: Pick<Deps, 'tierUrls'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/health',
    summary: 'Show whether each tier is ready',
    tag: 'Operations',
    who: ['admin'],
    success: {
      status: 200,
      schema: health,
      description: 'Each known process and the state of its dependencies',
    },
    problems: [],
    async handle() {
      const names = [...new Set([...tiers, ...Object.keys(tierUrls)])];
      const asked = names.flatMap((name) => {
        const urls = tierUrls[name] ?? [];
        if (urls.length === 0) return [Promise.resolve({ name, instance: 1, state: 'unknown' as const })];
        return urls.map((url, index) => ask(name, index + 1, url));
      });
      return { tiers: await Promise.all(asked) };
    },
  });
}

async function ask(name: string, instance: number, url: string): Promise<TierHealth> {
  const since = performance.now();
  const who = { name, instance };
  try {
    const response = await fetch(new URL('/readyz', url), {
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    });
    const text = (await response.text()).slice(0, maxResponseLength);
    const milliseconds = Math.round(performance.now() - since);
    const state = response.status === 200 ? 'ready' : 'not_ready';
    return { ...who, state, milliseconds, ...checksIn(text) };
  } catch {
    return { ...who, state: 'unreachable' };
  }
}

function checksIn(text: string): Pick<TierHealth, 'checks'> {
  try {
    const parsed = health.shape.tiers.element.pick({ checks: true }).safeParse(JSON.parse(text));
    return parsed.success && parsed.data.checks ? { checks: parsed.data.checks } : {};
  } catch {
    return {};
  }
}
