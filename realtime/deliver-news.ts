import type { DropNews } from '../shared/messages/realtime-events.ts';
import type { RealtimeMetrics } from './metrics.ts';
import { membersOf, userRoom, type RealtimeServer } from './sockets.ts';

/**
 * Sends news to the sockets of the buyers that it is about. All processes get the same message, one per batch of
 * entries, and each emits to its own sockets; most of the buyers are connected to other processes.
 */
export function createDeliverNews(io: RealtimeServer, metrics: Pick<RealtimeMetrics, 'sent'>) {
  return ({ dropId, events, soldOut, soldOutVersion: version = 0 }: DropNews): void => {
    for (const { to, event, entry } of events) {
      const sockets = membersOf(io, userRoom(to)).size;
      if (sockets === 0) continue;
      io.local.to(userRoom(to)).emit(event, { dropId, entry });
      metrics.sent(event, sockets);
    }
    // In a rush most buyers of a batch are sold out. All of them get the same message, which is encoded once.
    const rooms = soldOut.map(userRoom).filter((room) => membersOf(io, room).size > 0);
    if (rooms.length === 0) return;
    io.local.to(rooms).emit('entry:outcome', { dropId, entry: { status: 'sold_out', version } });
    metrics.sent(
      'entry:outcome',
      rooms.reduce((sum, room) => sum + membersOf(io, room).size, 0),
    );
  };
}
