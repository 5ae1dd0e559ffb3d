import { useQuery, type QueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { one } from '../api/reading.ts';
import type { Announcement, DropState } from '../api/types.ts';

/**
 * Milliseconds before an incomplete list is fetched again. A new announcement is pushed with its text, so
 * that a crowd does not fetch it at the same moment; the spread does the same for those who missed the push.
 */
const pauseMs = { least: 2_000, spread: 3_000 };

type Told = { state: DropState | undefined; announced: readonly Announcement[] };
type List = { announcements: Announcement[] };

const listQuery = (dropId: number) => one<List>(['announcements', dropId], `/drops/${dropId}/announcements`);

/**
 * The announcements of a drop, latest first: pushed by the socket, or fetched when the drop's state counts
 * more than are known. Undefined until the first fetch has answered.
 * @param told what the page knows from the drop's feed
 */
export function useAnnouncements(
  dropId: number,
  { state, announced }: Told,
): readonly Announcement[] | undefined {
  const { data, dataUpdatedAt, errorUpdatedAt, isFetching, refetch } = useQuery({
    ...listQuery(dropId),
    enabled: false,
  });
  const made = state?.announcements;
  const [madeAtFirst, setMadeAtFirst] = useState(made);
  if (madeAtFirst === undefined && made !== undefined) setMadeAtFirst(made);

  const known = latestFirst([...(data?.announcements ?? []), ...announced]);
  const isBehind = made !== undefined && known.length < made;
  const isNew = made === madeAtFirst && dataUpdatedAt === 0 && errorUpdatedAt === 0;
  useEffect(() => {
    if (!isBehind || isFetching) return undefined;
    const pause = isNew ? 0 : pauseMs.least + Math.random() * pauseMs.spread;
    const timer = setTimeout(() => void refetch(), pause);
    return () => clearTimeout(timer);
  }, [isBehind, isFetching, isNew, refetch]);

  const isAsked = dataUpdatedAt > 0 || errorUpdatedAt > 0;
  return made === undefined || (isBehind && known.length === 0 && !isAsked) ? undefined : known;
}

/** Shows an announcement made on this page without waiting for it to be pushed. */
export function addAnnouncement(client: QueryClient, dropId: number, announcement: Announcement): void {
  client.setQueryData<List>(listQuery(dropId).queryKey, (list) => ({
    announcements: latestFirst([...(list?.announcements ?? []), announcement]),
  }));
}

function latestFirst(all: readonly Announcement[]): Announcement[] {
  const byNumber = new Map(all.map((each) => [each.number, each]));
  return [...byNumber.values()].toSorted((first, second) => second.number - first.number);
}
