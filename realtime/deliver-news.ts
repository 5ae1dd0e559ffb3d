import type { DropNews } from '../shared/messages/realtime-events.ts';
import type { RealtimeMetrics } from './metrics.ts';
import { membersOf, userRoom, type RealtimeServer } from './sockets.ts';

/**
 * Passes news on to the sockets of the buyers it is about. All processes get the same message, one for a batch of
 * entries, and each tells its own sockets; most buyers are connected to other processes.
 */
export function createDeliverNews(io: RealtimeServer, metrics: Pick<RealtimeMetrics, 'sent'>) {
  return ({ dropId, events, soldOut, soldOutVersion: version = 0 }: DropNews): void => {
    for (const { to, event, entry } of events) {
      const sockets = membersOf(io, userRoom(to)).size;
      if (sockets === 0) continue;
      io.local.to(userRoom(to)).emit(event, { dropId, entry });
      metrics.sent(event, sockets);
    }
    // In a rush most of a batch: the same words for all of them, encoded once.
    const rooms = soldOut.map(userRoom).filter((room) => membersOf(io, room).size > 0);
    if (rooms.length === 0) return;
    io.local.to(rooms).emit('entry:outcome', { dropId, entry: { status: 'sold_out', version } });
    metrics.sent(
      'entry:outcome',
      rooms.reduce((sum, room) => sum + membersOf(io, room).size, 0),
    );
  };
}
