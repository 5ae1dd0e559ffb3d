import type { BannedUsers } from '../shared/auth/banned-users.ts';
import type { Log } from '../shared/tier/log.ts';
import { startLoop, type Loop } from '../shared/tier/loop.ts';
import { userRoom, type RealtimeServer } from './sockets.ts';

/** Milliseconds between two looks; with the look at the list of bans itself, a banned user is out within a second. */
const lookMs = 250;

/**
 * Disconnects those who may not be here any more: banned since they came, or their session is over. Each process asks
 * MySQL, which stays true while Redis is away; the first to see a ban tells the others through the adapter.
 */
export function startDismissing(
  io: RealtimeServer,
  bannedUsers: Pick<BannedUsers, 'refusal'>,
  log: Log,
): Loop {
  return startLoop('dismissing', lookMs, log, () => {
    const now = Date.now();
    const banned = new Set<number>();
    for (const socket of io.sockets.sockets.values()) {
      const { session } = socket.data;
      if (!session) continue;
      const refusal = bannedUsers.refusal(session);
      if (refusal === 'banned') banned.add(session.userId);
      // After this a client does not come back by itself, as it does when only the connection is lost.
      if (refusal !== undefined || session.endsAt <= now) socket.disconnect(true);
    }
    // A ban is of all sessions of a user. An older session that is over may be followed by a newer one elsewhere.
    for (const userId of banned) io.in(userRoom(userId)).disconnectSockets(true);
    return Promise.resolve();
  });
}
