import type { BannedUsers } from '../shared/banned-users.ts';
import type { Log } from '../shared/log.ts';
import { startLoop, type Loop } from '../shared/loop.ts';
import type { Client, Clients } from './clients.ts';

/** Milliseconds between two looks; with the look at the banned list itself, a banned user is out within a second. */
const lookMs = 250;

/** Disconnects those who may not be here any more: banned since they came, or their session is over. */
export function startDismissing(clients: Clients, bannedUsers: Pick<BannedUsers, 'has'>, log: Log): Loop {
  const isUnwelcome = ({ session }: Client, now: number) =>
    session !== undefined && (session.endsAt <= now || bannedUsers.has(session.userId));

  return startLoop('dismissing', lookMs, log, () => {
    const now = Date.now();
    const unwelcome = [...clients].filter((client) => isUnwelcome(client, now));
    // Socket.IO's own disconnect tells the client not to come back by itself.
    for (const { socket } of unwelcome) socket.disconnect(true);
    return Promise.resolve();
  });
}
