/**
 * The session as these pages know it: who is signed in, and what becomes of everything else when that changes. All
 * that begins or ends a session, or hears that it has ended, comes here.
 */
import { useMutation, useQuery, useQueryClient, type Query, type QueryClient } from '@tanstack/react-query';
import { ask, onSessionRefused, Unreachable } from '../api/http.ts';
import { meQuery } from '../api/queries.ts';
import type { User } from '../api/types.ts';

/** Tells the other tabs that somebody signed in or out: the cookie is theirs too. */
const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel('seatdrop.session') : undefined;

/** Who asks again by themselves while it is not known, in milliseconds. */
const askAgainEvery = 5_000;

const others = new Set<() => void>();

/** Calls back when somebody else is signed in than before, or nobody: what one of them saw is not for the next. */
export function onOtherUser(forget: () => void): () => void {
  others.add(forget);
  return () => others.delete(forget);
}

/** Keeps what is known of the session true, from now on; once for a page. Returns how to stop. */
export function keepSession(client: QueryClient): () => void {
  const askAgain = () => void client.invalidateQueries({ queryKey: meQuery.queryKey });
  // The answer may be to a question of before the last signing in. So it is not believed, but asked about.
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
  // What is looked at is read anew, by whoever looks now.
  void client.resetQueries({ predicate });
  for (const forget of others) forget();
}

export type SessionKnown = {
  /** Null when nobody is signed in; undefined until that is known. */
  me: User | null | undefined;
  /** Why that is not known. It is asked again by itself, and by `retry`. */
  error: Error | null;
  retry: () => unknown;
};

export function useSession(): SessionKnown {
  const { data, error, failureReason, errorUpdateCount, refetch } = useQuery({
    ...meQuery,
    refetchInterval: ({ state }) =>
      state.status === 'error' && state.data === undefined ? askAgainEvery : false,
  });
  // While it is asked again, what was wrong the last time is still what there is to say.
  const isFailing = data === undefined && errorUpdateCount > 0;
  return {
    me: data,
    error: isFailing ? (error ?? failureReason ?? new Unreachable('No answer')) : null,
    retry: refetch,
  };
}

/** Null when nobody is signed in; undefined until that is known. */
export function useMe(): User | null | undefined {
  return useSession().me;
}

export function useSignedIn(): (user: User) => void {
  const client = useQueryClient();
  return (user) => become(client, user);
}

export function useSignOut() {
  const client = useQueryClient();
  const { mutateAsync, isPending, error } = useMutation({
    mutationFn: () => ask('POST', '/auth/signout'),
    onSuccess: () => become(client, null),
  });
  return { signOut: mutateAsync, isSigningOut: isPending, error };
}

/** What was asked about the session before is not heard any more. */
function become(client: QueryClient, me: User | null): void {
  void client.cancelQueries({ queryKey: meQuery.queryKey });
  client.setQueryData(meQuery.queryKey, me);
  channel?.postMessage('changed');
}
