import type { BannedUsers } from '../shared/auth/banned-users.ts';
import type { Log } from '../shared/tier/log.ts';
import { startLoop, type Loop } from '../shared/tier/loop.ts';
import { userRoom, type RealtimeServer } from './sockets.ts';

/**
 * Milliseconds between two checks. Together with the polling of bans, a banned user is disconnected within a second.
 */
const lookMs = 250;

/**
 * Disconnects sockets whose user has been banned or whose session has ended. Each process reads bans from MySQL, so
 * this works while Redis is away; the first process that sees a ban tells the others through the adapter.
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
      // After a disconnect by the server a client does not reconnect by itself; after a lost connection it does.
      if (refusal !== undefined || session.endsAt <= now) socket.disconnect(true);
    }
    // A ban concerns all sessions of a user. An ended session does not: the user may have a newer one elsewhere.
    for (const userId of banned) io.in(userRoom(userId)).disconnectSockets(true);
    return Promise.resolve();
  });
}
