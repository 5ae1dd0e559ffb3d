/** Everything the drop page knows: terms, numbers, seats and this buyer's entry, for all its parts. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { dropQuery, eventQuery } from '../api/queries.ts';
import { repeat } from '../api/repeat.ts';
import type { Drop, Entry, Event, Phase, User } from '../api/types.ts';
import { serverClock } from '../clock/server-clock.ts';
import { useHasCome } from '../clock/use-server-now.ts';
import { DropFeed, emptyFeed, type Feed } from '../live/drop-feed.ts';
import {
  fingerprintOf,
  forgetQueued,
  isDecided,
  onQueuedElsewhere,
  recallQueued,
  rememberQueued,
  type QueuedEntry,
} from './queued-entry.ts';
import { forgetPayment, usePayment, type Payment } from '../pay/payments.ts';
import { latest, phaseOf, type DropStatus } from '../live/drop-status.ts';
import { dropStatusAt } from '../live/use-drop-status.ts';
import { stageOf, type Stage } from './stage-of.ts';

export type LiveDrop = {
  drop: Drop;
  event: Event | undefined;
  feed: Feed;
  phase: Phase;
  status: DropStatus;
  stage: Stage;
  opensAt: number;
  closesAt: number;
  /** To be called before an entry is sent; call the function it returns when the 202 has come. */
  beginEntry: (quantity: number) => () => void;
  setEntry: DropFeed['setEntry'];
  askEntry: () => Promise<void>;
  /** Fetches the terms, and this buyer's question with them. */
  askTerms: () => Promise<unknown>;
  /** The latest payment for the held seats. */
  payment: Payment | undefined;
};

/** Milliseconds over which open pages spread their requests for changed terms. */
const termsSpreadMs = 1_000;
/**
 * Milliseconds from the opening of the page for which the form waits for the event's title: a title that comes later
 * moves the form, perhaps while somebody presses. Short, since nobody should wait for a title in order to buy.
 */
const titlePatienceMs = 3_000;

export function useDrop(dropId: number, user: User | null | undefined) {
  const userId = user?.id;
  const query = useQuery({ ...dropQuery(dropId, userId), enabled: user !== undefined });
  const event = useQuery({
    ...eventQuery(query.data?.eventId ?? 0),
    enabled: query.data !== undefined,
  });
  const isTitleAwaited = useAwaited(!event.isPending || event.failureCount > 0, titlePatienceMs);
  const { feed, queued, beginEntry, setEntry, askEntry } = useFeed(dropId, user);
  const terms = query.data;
  const payment = usePayment(dropId, feed.entry?.seats);
  useOutcome(dropId, payment, feed.entry, setEntry, askEntry);

  const latestTerms = terms && latest(terms, feed.state);
  const opensAt = Date.parse(latestTerms?.opensAt ?? '');
  const closesAt = Date.parse(latestTerms?.closesAt ?? '');
  useHasCome(Number.isNaN(opensAt) ? undefined : opensAt);
  useHasCome(Number.isNaN(closesAt) ? undefined : closesAt);
  const retryAt = feed.entry?.retryAt;
  useHasCome(retryAt === undefined ? undefined : Date.parse(retryAt));

  // The socket tells that the drop was cancelled or paused; the terms are then read again.
  const client = useQueryClient();
  const pushedPhase = feed.state?.phase;
  const knownPhase = query.data?.state;
  useEffect(() => {
    const isStopped = pushedPhase === 'cancelled' || pushedPhase === 'paused';
    if (isStopped && pushedPhase !== knownPhase)
      void client.invalidateQueries({ queryKey: ['drops', dropId] });
  }, [client, dropId, pushedPhase, knownPhase]);
  useNewTerms(dropId, feed.state?.termsVersion ?? 0, terms?.termsVersion);

  if (!terms) return { live: undefined, error: query.error, retry: query.refetch };
  const now = serverClock.now();
  const phase = phaseOf(terms, feed.state, now);
  const live: LiveDrop = {
    drop: terms,
    event: event.data,
    feed,
    phase,
    status: dropStatusAt(terms, now, feed.state).status,
    stage: stageOf({
      phase,
      state: feed.state,
      entry: feed.entry,
      queued,
      isLoading: feed.isLoading || isTitleAwaited,
      isBeingPaid: payment?.sending === 'confirm',
      isUndecided: payment?.outcome?.status === 'paying',
      now,
    }),
    opensAt,
    closesAt,
    beginEntry,
    setEntry,
    askEntry,
    askTerms: query.refetch,
    payment,
  };
  return { live, error: query.error, retry: query.refetch };
}

/**
 * True until `isDone` was true once, or `ms` milliseconds after the page was opened. It ends for good: a request that
 * failed and is sent again counts as pending once more.
 */
function useAwaited(isDone: boolean, ms: number): boolean {
  const [isOver, setOver] = useState(isDone);
  if (isDone && !isOver) setOver(true);
  useEffect(() => {
    const timer = setTimeout(() => setOver(true), ms);
    return () => clearTimeout(timer);
  }, [ms]);
  return !isOver && !isDone;
}

/** Asks for the terms again when the socket has told of newer ones. */
function useNewTerms(dropId: number, pushed: number, known = pushed): void {
  const client = useQueryClient();
  useEffect(() => {
    if (pushed <= known) return undefined;
    // All open pages learn of it at the same moment and must not ask at the same moment.
    const timer = setTimeout(
      () => void client.invalidateQueries({ queryKey: ['drops', dropId] }),
      Math.random() * termsSpreadMs,
    );
    return () => clearTimeout(timer);
  }, [client, dropId, pushed, known]);
}

function useFeed(dropId: number, user: User | null | undefined) {
  const userId = user?.id;
  const isKnown = user !== undefined;
  const [feed, setFeed] = useState<DropFeed>();
  const [queued, setQueued] = useState<QueuedEntry>();
  const watching = useRef<DropFeed>(undefined);
  const client = useQueryClient();

  useEffect(() => {
    if (!isKnown) return undefined;
    const recall = () =>
      setQueued(userId === undefined ? undefined : recallQueued(dropId, userId, serverClock.now()));
    recall();
    const onTerms = (terms: Drop) => client.setQueryData(dropQuery(dropId, userId).queryKey, terms);
    const onEntry = (entry: Entry, pushed: boolean) => {
      if (userId === undefined) return;
      const waiting = recallQueued(dropId, userId, serverClock.now());
      if (waiting && (pushed || isDecided(waiting, entry, serverClock.now()))) {
        forgetQueued(dropId, userId);
        setQueued(undefined);
      }
    };
    const started = new DropFeed(dropId, userId !== undefined, { onEntry, onTerms });
    watching.current = started;
    setFeed(started);
    started.start();
    const stopListening =
      userId === undefined
        ? undefined
        : onQueuedElsewhere(dropId, userId, () => {
            recall();
            void started.askEntry();
          });
    return () => {
      stopListening?.();
      started.stop();
    };
  }, [client, dropId, userId, isKnown]);

  const current = useSyncExternalStore(
    useCallback((listener: () => void) => feed?.subscribe(listener) ?? (() => {}), [feed]),
    () => feed?.read() ?? emptyFeed,
  );

  // The outcome can arrive before the 202, so the state before the entry is noted before it is sent.
  const beginEntry = useCallback(
    (quantity: number) => {
      const sending = watching.current;
      const before = fingerprintOf(sending?.read().entry);
      const pushes = sending?.pushes;
      return () => {
        const entry = sending?.read().entry;
        const decided = sending?.pushes !== pushes || (entry && fingerprintOf(entry) !== before);
        if (userId === undefined || decided) return;
        const accepted = { at: serverClock.now(), quantity, before };
        rememberQueued(dropId, userId, accepted);
        setQueued(accepted);
      };
    },
    [dropId, userId],
  );
  const setEntry = useCallback<DropFeed['setEntry']>((entry) => watching.current?.setEntry(entry), []);
  const askEntry = useCallback(() => watching.current?.askEntry() ?? Promise.resolve(), []);
  usePolledEntry(current, queued, askEntry);
  return { feed: current, queued, beginEntry, setEntry, askEntry };
}

/** After a payment has been answered, or not, asks for the state of the hold, unless the answer contained it. */
function useOutcome(
  dropId: number,
  payment: Payment | undefined,
  entry: Entry | undefined,
  setEntry: DropFeed['setEntry'],
  askEntry: () => Promise<void>,
): void {
  const seen = useRef(payment);
  useEffect(() => {
    if (seen.current === payment) return;
    seen.current = payment;
    if (!payment || payment.sending || payment.newTotal) return;
    const { outcome, open, error } = payment;
    // Beginning the payment gave the entry a new version; what is learned of it later does not.
    const version = entry?.status === 'paying' ? entry.version : undefined;
    if (outcome?.status === 'sold') setEntry({ ...outcome, seats: entry?.seats });
    else if ((outcome || open) && (entry?.status === 'held' || entry?.status === 'paying'))
      setEntry({ ...entry, status: 'paying', payBy: open?.payBy, version });
    if (error !== undefined) void askEntry();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, when the answer has come
  }, [payment]);
  const hasEnded = entry !== undefined && entry.status !== 'held' && entry.status !== 'paying';
  useEffect(() => {
    if (hasEnded) forgetPayment(dropId);
  }, [hasEnded, dropId]);
}

/**
 * A push can be lost. So an entry that must change soon (queued, paying, or held beyond its time) is polled,
 * even while the socket is connected.
 */
function usePolledEntry(feed: Feed, queued: QueuedEntry | undefined, askEntry: () => Promise<void>): void {
  const { entry } = feed;
  const passing = queued !== undefined || (entry?.status === 'paying' && entry.payBy === undefined);
  useEffect(() => {
    if (!passing) return undefined;
    let pause = 1_500;
    const asking = repeat(async () => {
      await askEntry();
      pause = Math.min(pause * 1.5, 8_000);
      return pause;
    }, pause);
    return asking.stop;
  }, [passing, askEntry]);

  const until = entry?.status === 'held' ? entry.expiresAt : entry?.payBy;
  const endsAt = until === undefined ? undefined : Date.parse(until);
  const isOver = useHasCome(endsAt);
  useEffect(() => {
    if (!isOver) return undefined;
    const timer = setInterval(() => void askEntry(), 1_500);
    return () => clearInterval(timer);
  }, [isOver, askEntry]);
}
