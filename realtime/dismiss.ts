import type { BannedUsers } from '../shared/banned-users.ts';
import type { Log } from '../shared/log.ts';
import { startLoop, type Loop } from '../shared/loop.ts';
import type { Client } from './client.ts';
import type { Clients } from './clients.ts';
import { SocketServer } from './socket-server.ts';

/** Milliseconds between two looks; with the look at the banned list itself, a banned user is out within a second. */
const lookMs = 250;

/** Disconnects those who may not be here any more: banned since they came, or their session is over. */
export function startDismissing(clients: Clients, bannedUsers: Pick<BannedUsers, 'refusal'>, log: Log): Loop {
  const isUnwelcome = ({ session }: Client, now: number) =>
    session !== undefined && (session.endsAt <= now || bannedUsers.refusal(session) !== undefined);

  return startLoop('dismissing', lookMs, log, () => {
    const now = Date.now();
    const unwelcome = [...clients].filter((client) => isUnwelcome(client, now));
    for (const client of unwelcome) SocketServer.dismiss(client);
    return Promise.resolve();
  });
}
