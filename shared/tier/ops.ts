/**
 * What ops see of every tier, on its own port: /healthz (the process runs), /readyz (it and everything it depends
 * on can do their work; false while stopping), /metrics (Prometheus). The front door does not publish them.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import { inTime } from './in-time.ts';

/** Answers whether one dependency can be used now; rejecting means no, and so does a text, which says why. */
export type ReadinessCheck = () => boolean | string | Promise<boolean>;

/** Milliseconds a dependency may take to show that it is there. */
const checkDeadline = 2_000;

/** Whoever asks every few seconds should hold up no stop with a connection, and not ask the same process again. */
const connection = 'close';

/** `away`: does without it for as long. */
export type Readiness = {
  ready: boolean;
  checks: Record<string, 'ok' | 'not ready' | 'away'>;
  /** Why, where a check said so. */
  reasons?: Record<string, string>;
};

export class Ops {
  readonly #registry: Registry;
  readonly #checks = new Map<string, { check: ReadinessCheck; otherwise: 'not ready' | 'away' }>();
  #stopping = false;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  addCheck(name: string, check: ReadinessCheck): void {
    this.#checks.set(name, { check, otherwise: 'not ready' });
  }

  /** Of what the tier can do without: it is told of, and does not make the tier unready. */
  addOptional(name: string, check: ReadinessCheck): void {
    this.#checks.set(name, { check, otherwise: 'away' });
  }

  /** From here on /readyz says no, so that nobody sends new work. */
  quiet(): void {
    this.#stopping = true;
  }

  async readiness(): Promise<Readiness> {
    const results = await Promise.all(
      [...this.#checks].map(async ([name, { check, otherwise }]) => ({
        name,
        otherwise,
        answer: await holds(check),
      })),
    );
    const states = results.map(
      ({ name, answer, otherwise }) => [name, answer === true ? 'ok' : otherwise] as const,
    );
    const ready = !this.#stopping && states.every(([, state]) => state !== 'not ready');
    const reasons = results.flatMap(({ name, answer }) =>
      typeof answer === 'string' ? [[name, answer]] : [],
    );
    return {
      ready,
      checks: Object.fromEntries(states),
      ...(reasons.length > 0 && { reasons: Object.fromEntries(reasons) as Record<string, string> }),
    };
  }

  /** Answers the request if it is one of the three; false when it is something else. */
  handle(req: IncomingMessage, res: ServerResponse): boolean {
    if (req.method !== 'GET') return false;
    if (req.url === '/healthz') {
      sendJson(res, 200, { status: 'alive' });
    } else if (req.url === '/readyz') {
      void this.readiness().then((state) => sendJson(res, state.ready ? 200 : 503, state));
    } else if (req.url === '/metrics') {
      void this.#registry.metrics().then(
        (text) => res.writeHead(200, { 'content-type': this.#registry.contentType, connection }).end(text),
        () => res.writeHead(500).end(),
      );
    } else {
      return false;
    }
    return true;
  }
}

async function holds(check: ReadinessCheck): Promise<boolean | string> {
  try {
    return await inTime((async () => check())(), checkDeadline);
  } catch {
    return false;
  }
}

function sendJson(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', connection });
  res.end(JSON.stringify(body));
}
