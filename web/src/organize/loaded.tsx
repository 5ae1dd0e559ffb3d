/** The event or drop that the address names, or why it cannot be shown. */
import { useQuery } from '@tanstack/react-query';
import { isFreeOfCharge } from '@seatdrop/shared/contract/total.ts';
import type { ReactNode } from 'react';
import { Refusal } from '../api/http.ts';
import { dropQuery, eventQuery } from '../api/queries.ts';
import type { Drop, Event } from '../api/types.ts';
import { LoadFailed, Page } from '../design/page.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { AboutTickets } from '../i18n/locale.tsx';
import { useMe } from '../session/use-me.ts';
import { MissingPage } from '../shell/missing-page.tsx';
import { useWords } from '../staff/use-words.ts';
import { Foreign } from './foreign.tsx';

export function LoadedEvent({ id, children }: { id: string; children: (event: Event) => ReactNode }) {
  const words = useWords();
  const me = useMe();
  const number = numberOf(id);
  const query = useQuery({ ...eventQuery(number ?? 0), enabled: number !== undefined });
  if (number === undefined || isMissing(query.error)) return <MissingPage title={words.event.notFound} />;
  if (!query.data) return <Pending error={query.error} retry={query.refetch} />;
  if (me?.role !== 'admin' && query.data.organizerId !== me?.id) return <Foreign />;
  return children(query.data);
}

export function LoadedDrop({
  id,
  children,
}: {
  id: string;
  children: (drop: Drop, event: Event) => ReactNode;
}) {
  const words = useWords();
  const me = useMe();
  const number = numberOf(id);
  const query = useQuery({ ...dropQuery(number ?? 0, me?.id), enabled: number !== undefined });
  const { data: drop } = query;
  if (number === undefined || isMissing(query.error)) return <MissingPage title={words.drop.notFound} />;
  if (!drop) return <Pending error={query.error} retry={query.refetch} />;
  return (
    <AboutTickets isFree={isFreeOfCharge(drop)}>
      <LoadedEvent id={String(drop.eventId)}>{(event) => children(drop, event)}</LoadedEvent>
    </AboutTickets>
  );
}

function Pending({ error, retry }: { error: unknown; retry: () => unknown }) {
  return (
    <Page title="Seatdrop">
      {error ? <LoadFailed error={error} retry={retry} /> : <Skeleton heights={[3, 3, 12, 12]} />}
    </Page>
  );
}

function numberOf(id: string): number | undefined {
  return /^[1-9]\d{0,9}$/.test(id) ? Number(id) : undefined;
}

function isMissing(error: unknown): boolean {
  return error instanceof Refusal && error.status === 404;
}
