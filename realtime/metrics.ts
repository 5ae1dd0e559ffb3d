import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export type RealtimeMetrics = {
  sent: (event: string, count: number) => void;
  refused: (code: string) => void;
  /** A `drop:watch` was answered after this many seconds. */
  watched: (outcome: string, seconds: number) => void;
};

export function createRealtimeMetrics(
  registry: Registry,
  current: { connections: () => number; watchers: () => number; drops: () => number },
): RealtimeMetrics {
  const registers = [registry];
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  gauge('seatdrop_realtime_connections', 'Open sockets', current.connections);
  gauge('seatdrop_realtime_watchers', 'Drops watched, summed over all sockets', current.watchers);
  gauge('seatdrop_realtime_watched_drops', 'Drops that at least one socket watches', current.drops);
  const sent = new Counter({
    name: 'seatdrop_realtime_events_sent_total',
    help: 'Events sent to sockets',
    labelNames: ['event'],
    registers,
  });
  const refused = new Counter({
    name: 'seatdrop_realtime_refused_total',
    help: 'Handshakes refused',
    labelNames: ['code'],
    registers,
  });
  const watched = new Histogram({
    name: 'seatdrop_realtime_watch_seconds',
    help: 'Time from drop:watch to its answer',
    labelNames: ['outcome'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  });
  return {
    sent: (event, count) => sent.inc({ event }, count),
    refused: (code) => refused.inc({ code }),
    watched: (outcome, seconds) => watched.observe({ outcome }, seconds),
  };
}
