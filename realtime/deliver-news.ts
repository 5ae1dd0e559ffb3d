import type { DropNews } from '../shared/realtime-events.ts';
import type { Clients } from './clients.ts';
import type { RealtimeMetrics } from './metrics.ts';
import { encodeEvent, send, type Packet } from './wire.ts';

/** Passes news on to the sockets of those whom it is about; most of them are connected to other processes. */
export function createDeliverNews(clients: Clients, metrics: Pick<RealtimeMetrics, 'sent'>) {
  const deliver = (userIds: readonly number[], packet: Packet) => {
    const sockets = userIds.flatMap((userId) => clients.of(userId));
    for (const client of sockets) send(client, packet);
    if (sockets.length > 0) metrics.sent(packet.event, sockets.length);
  };

  return ({ dropId, events, soldOut, soldOutVersion: version = 0 }: DropNews): void => {
    for (const { to, event, entry } of events) {
      if (clients.of(to).length > 0) deliver([to], encodeEvent(event, { dropId, entry }));
    }
    // In a rush most of a batch: the same words for all of them.
    deliver(soldOut, encodeEvent('entry:outcome', { dropId, entry: { status: 'sold_out', version } }));
  };
}
