/**
 * The ops endpoints of every tier, on its own port: /healthz (the process runs), /readyz (the process and all its
 * dependencies can work; 503 while stopping), /metrics (Prometheus). The front door does not publish them.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import { inTime } from './in-time.ts';

/** Returns whether one dependency can be used now. A rejection means no; so does a text, which is the reason. */
export type ReadinessCheck = () => boolean | string | Promise<boolean>;

/** Milliseconds that one check may take. */
const checkTimeoutMs = 2_000;

/** Pollers should not delay a stop by keeping a connection, and should not reach the same cluster process each time. */
const connection = 'close';

/** `away`: the dependency is not reachable, and the tier works without it. */
export type Readiness = {
  ready: boolean;
  checks: Record<string, 'ok' | 'not ready' | 'away'>;
  /** The reasons given by checks, by name. */
  reasons?: Record<string, string>;
};

export class Ops {
  readonly #registry: Registry;
  readonly #checks = new Map<string, { check: ReadinessCheck; failure: 'not ready' | 'away' }>();
  #stopping = false;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  addCheck(name: string, check: ReadinessCheck): void {
    this.#checks.set(name, { check, failure: 'not ready' });
  }

  /** Adds a dependency that the tier can work without: /readyz reports it, but it does not make the tier unready. */
  addOptional(name: string, check: ReadinessCheck): void {
    this.#checks.set(name, { check, failure: 'away' });
  }

  /** From now on /readyz answers 503, so that no new work is sent here. */
  quiet(): void {
    this.#stopping = true;
  }

  async readiness(): Promise<Readiness> {
    const results = await Promise.all(
      [...this.#checks].map(async ([name, { check, failure }]) => ({
        name,
        failure,
        answer: await run(check),
      })),
    );
    const states = results.map(
      ({ name, answer, failure }) => [name, answer === true ? 'ok' : failure] as const,
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

  /** Answers the request and returns true if it is for one of the three endpoints; otherwise returns false. */
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

async function run(check: ReadinessCheck): Promise<boolean | string> {
  try {
    return await inTime((async () => check())(), checkTimeoutMs);
  } catch {
    return false;
  }
}

function sendJson(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', connection });
  res.end(JSON.stringify(body));
}
