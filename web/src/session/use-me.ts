/**
 * The session as the pages know it: who is signed in, and what is discarded when that changes. Everything
 * that begins or ends a session, or learns that it has ended, calls this module.
 */
import { useMutation, useQuery, useQueryClient, type Query, type QueryClient } from '@tanstack/react-query';
import { ask, onSessionRefused, Unreachable } from '../api/http.ts';
import { meQuery } from '../api/queries.ts';
import type { User } from '../api/types.ts';
import { forgetTickets } from '../offline/forget-tickets.ts';

/** Tells the other tabs that somebody has signed in or out: they share the cookie. */
const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel('seatdrop.session') : undefined;

/** Milliseconds before an unknown session is asked for again. */
const askAgainEvery = 5_000;

const others = new Set<() => void>();

/**
 * Calls back when another user is signed in than before, or none, so that data of one user is not shown to
 * the next. Returns how to stop.
 */
export function onOtherUser(forget: () => void): () => void {
  others.add(forget);
  return () => others.delete(forget);
}

/** Keeps the known session up to date; called once a page. Returns how to stop. */
export function keepSession(client: QueryClient): () => void {
  const askAgain = () => void client.invalidateQueries({ queryKey: meQuery.queryKey });
  // The refusal may be of a request from before the last sign-in, so the session is asked for instead of
  // being dropped.
  const stopRefused = onSessionRefused(() => {
    if (client.getQueryData(meQuery.queryKey)) askAgain();
  });
  channel?.addEventListener('message', askAgain);
  let last = client.getQueryData(meQuery.queryKey);
  const stopWatching = client.getQueryCache().subscribe(({ query }) => {
    if (!isMe(query)) return;
    const me = query.state.data as User | null | undefined;
    if (me === undefined) return;
    const isOther = last !== undefined && last?.id !== me?.id;
    // Also if nobody was signed in when this page began: the session may have ended elsewhere.
    if (isOther || (last === undefined && me === null)) forgetTickets();
    last = me;
    if (isOther) forgetAll(client);
  });
  return () => {
    stopRefused();
    stopWatching();
    channel?.removeEventListener('message', askAgain);
  };
}

const isMe = ({ queryKey }: Query) => queryKey[0] === meQuery.queryKey[0];

function forgetAll(client: QueryClient): void {
  const predicate = (query: Query) => !isMe(query);
  client.removeQueries({ predicate, type: 'inactive' });
  // Data on the page is fetched again for the present user.
  void client.resetQueries({ predicate });
  for (const forget of others) forget();
}

export type SessionKnown = {
  /** Null if nobody is signed in; undefined until known. */
  me: User | null | undefined;
  /** Why the session is unknown. It is asked for again automatically, and by `retry`. */
  error: Error | null;
  retry: () => unknown;
};

export function useSession(): SessionKnown {
  const { data, error, failureReason, errorUpdateCount, refetch } = useQuery({
    ...meQuery,
    refetchInterval: ({ state }) =>
      state.status === 'error' && state.data === undefined ? askAgainEvery : false,
  });
  // While it is asked for again, the last error is still shown.
  const isFailing = data === undefined && errorUpdateCount > 0;
  return {
    me: data,
    error: isFailing ? (error ?? failureReason ?? new Unreachable('No answer')) : null,
    retry: refetch,
  };
}

/** Null if nobody is signed in; undefined until known. */
export function useMe(): User | null | undefined {
  return useSession().me;
}

export function useSignedIn(): (user: User) => void {
  const client = useQueryClient();
  return (user) => become(client, user);
}

/** Asks for the session again, here and in other tabs, after the server has changed what it may do. */
export function useSessionChanged(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await client.invalidateQueries({ queryKey: meQuery.queryKey });
    channel?.postMessage('changed');
  };
}

export function useSignOut() {
  const client = useQueryClient();
  const { mutateAsync, isPending, error } = useMutation({
    mutationFn: () => ask('POST', '/auth/signout'),
    onSuccess: () => become(client, null),
  });
  return { signOut: mutateAsync, isSigningOut: isPending, error };
}

/** For the page on which the user has just deleted the account. */
export function useAccountGone(): () => void {
  const client = useQueryClient();
  return () => become(client, null);
}

/** Sets the session. Answers to earlier requests for it are ignored. */
function become(client: QueryClient, me: User | null): void {
  void client.cancelQueries({ queryKey: meQuery.queryKey });
  client.setQueryData(meQuery.queryKey, me);
  // What the session of staff still needs is not in the answer to a sign-in.
  if (me && me.role !== 'shopper') void client.invalidateQueries({ queryKey: meQuery.queryKey });
  channel?.postMessage('changed');
}
