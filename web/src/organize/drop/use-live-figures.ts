/** A drop's figures while it runs: statistics every second, and between them what the socket pushes. */
import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { serverClock } from '../../clock/server-clock.ts';
import { DropFeed, emptyFeed, type Feed } from '../../live/drop-feed.ts';
import { onOtherUser } from '../../session/use-me.ts';
import { statsQuery, type DropStats } from '../../staff/queries.ts';
import { DropSeries } from './drop-series.ts';

export type Figures = { capacity: number; free: number; held: number; sold: number; standby: number };

export type LiveFigures = {
  /** The latest from either source. */
  figures: Figures | undefined;
  stats: DropStats | undefined;
  feed: Feed;
  series: DropSeries;
  /** Neither source answers. */
  isStale: boolean;
  refetch: () => Promise<unknown>;
};

const everyMs = 1_000;

export function useLiveFigures(dropId: number): LiveFigures {
  const [series] = useState(() => seriesOf(dropId));
  const [figures, setFigures] = useState<Figures>();
  const feed = useWatchedDrop(dropId);
  const { data, dataUpdatedAt, error, refetch } = useQuery({
    ...statsQuery(dropId),
    refetchInterval: everyMs,
  });

  useEffect(() => {
    if (!data) return;
    const latest = { ...data, held: data.held + data.paying };
    setFigures(latest);
    series.add(serverClock.now(), {
      ...pointOf(latest),
      entries: data.entriesPerSecond,
      decisions: data.decisionsPerSecond,
      queue: queueDepth(data),
      revenue: data.revenue.amount,
    });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the same figures a second later are a new point
  }, [dataUpdatedAt, series]);

  const { state } = feed;
  useEffect(() => {
    if (!state) return;
    setFigures(state);
    series.add(serverClock.now(), {
      ...pointOf(state),
      entries: null,
      decisions: null,
      queue: null,
      revenue: null,
    });
  }, [state, series]);

  return { figures, stats: data, feed, series, isStale: error !== null && feed.link !== 'live', refetch };
}

const kept = new Map<number, DropSeries>();
onOtherUser(() => kept.clear());

/** Kept across the organizer's pages, so that the curves are complete after a visit to the orders. */
function seriesOf(dropId: number): DropSeries {
  const series = kept.get(dropId) ?? new DropSeries();
  kept.set(dropId, series);
  return series;
}

function pointOf({ free, held, sold, standby }: Figures) {
  return { free, held, sold, standby };
}

/** Messages that wait to be decided or released. Parked messages do not count: they wait for a person. */
function queueDepth({ queueDepths }: DropStats): number | null {
  if (queueDepths === null) return null;
  const depths = Object.entries(queueDepths).filter(([queue]) => !queue.endsWith('parked'));
  return depths.reduce((sum, [, depth]) => sum + depth, 0);
}

/** State and seats only: organizers have no entry. */
function useWatchedDrop(dropId: number): Feed {
  const [feed, setFeed] = useState<DropFeed>();
  useEffect(() => {
    const started = new DropFeed(dropId, false);
    setFeed(started);
    started.start();
    return () => started.stop();
  }, [dropId]);
  return useSyncExternalStore(
    useCallback((listener: () => void) => feed?.subscribe(listener) ?? (() => {}), [feed]),
    () => feed?.read() ?? emptyFeed,
  );
}
