import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { ask } from '../api/http.ts';
import { meQuery } from '../api/queries.ts';
import type { User } from '../api/types.ts';

/** Tells the other tabs that somebody signed in or out: the cookie is theirs too. */
const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel('seatdrop.session') : undefined;

/** Null when nobody is signed in; undefined until that is known. */
export function useMe(): User | null | undefined {
  const client = useQueryClient();
  useEffect(() => {
    const listen = () => void client.invalidateQueries({ queryKey: ['me'] });
    channel?.addEventListener('message', listen);
    return () => channel?.removeEventListener('message', listen);
  }, [client]);
  return useQuery(meQuery).data;
}

export function useSignedIn(): (user: User) => void {
  const client = useQueryClient();
  return (user) => {
    client.setQueryData(meQuery.queryKey, user);
    channel?.postMessage('changed');
  };
}

export function useSignOut(): () => void {
  const client = useQueryClient();
  const { mutate } = useMutation({
    mutationFn: () => ask('POST', '/auth/signout'),
    onSuccess() {
      client.setQueryData(meQuery.queryKey, null);
      client.removeQueries({ queryKey: ['orders'] });
      channel?.postMessage('changed');
    },
  });
  return mutate;
}
