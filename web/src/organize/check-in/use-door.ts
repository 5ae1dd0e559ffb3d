/** A door: whether it has a network, its list of tickets, and sending what it did without one. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { isPassing, Refusal, Unreachable } from '../../api/http.ts';
import { admissionsQuery, countsQuery, freshListQuery, storedListQuery } from './queries.ts';
import type { Connection } from './redeem.ts';
import { sendAdmissions } from './send-admissions.ts';
import type { ThisDoor } from './this-door.ts';

export type DoorState = ReturnType<typeof useDoor>;

export function useDoor(eventId: number, here: ThisDoor) {
  const client = useQueryClient();
  const { isOffline, connection } = useConnection();
  const counts = useQuery(countsQuery(eventId, isOffline));
  const fresh = useQuery(freshListQuery(eventId));
  const stored = useQuery(storedListQuery(eventId));
  const { data: admissions = [] } = useQuery(admissionsQuery(eventId));
  const changed = useCallback(() => {
    void client.invalidateQueries({ queryKey: ['admissions', eventId] });
    void client.invalidateQueries({ queryKey: ['check-ins', eventId] });
  }, [client, eventId]);

  const { dataUpdatedAt: heardAt, errorUpdatedAt: missedAt, error } = counts;
  useEffect(() => {
    if (heardAt > 0 && navigator.onLine) connection.current.set(true);
  }, [connection, heardAt]);
  const isCut = error instanceof Unreachable || (error instanceof Refusal && error.status >= 500);
  useEffect(() => {
    if (missedAt > 0 && isCut) connection.current.set(false);
  }, [connection, missedAt, isCut]);

  const waiting = admissions.filter(({ state }) => state === 'waiting').length;
  const sendFault = useSending({ eventId, here, changed, connection }, isOffline ? 0 : waiting, heardAt);
  useAskBeforeLeaving(isOffline);
  usePreparedForOffline();
  return {
    isOffline,
    connection,
    counts: counts.data,
    list: fresh.data ?? stored.data ?? undefined,
    isListed: !fresh.isPending || stored.data !== undefined,
    waiting,
    odd: admissions.filter(({ state }) => state === 'odd'),
    sendFault,
    changed,
  };
}

function useConnection() {
  const [isOffline, setOffline] = useState(() => !navigator.onLine);
  const isDown = useRef(isOffline);
  const value = useMemo<Connection>(
    () => ({
      isOnline: () => navigator.onLine && !isDown.current,
      set(isOnline) {
        isDown.current = !isOnline;
        setOffline(!isOnline);
      },
    }),
    [],
  );
  const connection = useRef(value);
  useEffect(() => {
    const offline = () => value.set(false);
    window.addEventListener('offline', offline);
    return () => window.removeEventListener('offline', offline);
  }, [value]);
  return { isOffline, connection };
}

type Sending = {
  eventId: number;
  here: ThisDoor;
  changed: () => void;
  connection: React.RefObject<Connection>;
};

/**
 * Sends while something waits; tries again each time the server was heard from. Returns why it failed last.
 * @param waiting 0 also while there is no network
 */
function useSending({ eventId, here, changed, connection }: Sending, waiting: number, heardAt: number) {
  const [fault, setFault] = useState<unknown>();
  const isSending = useRef(false);
  const { device } = here;
  useEffect(() => {
    if (waiting === 0 || isSending.current) return;
    const send = async () => {
      isSending.current = true;
      try {
        await sendAdmissions(eventId, device, changed);
        setFault(undefined);
      } catch (error) {
        setFault(error);
        if (isPassing(error)) connection.current.set(false);
      } finally {
        isSending.current = false;
        changed();
      }
    };
    void send();
  }, [waiting, heardAt, eventId, device, changed, connection]);
  return waiting === 0 ? undefined : fault;
}

/** Without network the page would not come back. */
function useAskBeforeLeaving(isOffline: boolean) {
  useEffect(() => {
    if (!isOffline) return undefined;
    const leaving = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', leaving);
    return () => window.removeEventListener('beforeunload', leaving);
  }, [isOffline]);
}

/** Loads what would otherwise be loaded with the first use, which may come without network. */
function usePreparedForOffline() {
  useEffect(() => {
    import('../../design/confirm-popup.tsx').catch(() => undefined);
  }, []);
}
