import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useSearch } from 'wouter';
import { useSay } from '../design/announcer.tsx';
import { Empty } from '../design/empty.tsx';
import { Paged } from '../design/paged.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { EventGrid } from './event-card.tsx';
import { faultOf, foundEventsQuery, searchIn } from './event-search.ts';
import styles from './found-events.module.css';
import { useSearchWords } from './search-words.ts';

/** Milliseconds. Availability changes while the page is open. */
const lookAgainEvery = 30_000;

export function FoundEvents() {
  const words = useSearchWords();
  const { format } = useLocale();
  const search = searchIn(useSearch());
  const query = useInfiniteQuery({ ...foundEventsQuery(search), refetchInterval: lookAgainEvery });
  const { data, isPlaceholderData, hasNextPage } = query;
  const count = data?.pages.reduce((sum, { items }) => sum + items.length, 0) ?? 0;
  const result = count === 0 ? words.none : words.found(format.number(count), count === 1, hasNextPage);
  const isKnown = data !== undefined && !isPlaceholderData;
  const say = useSay();
  useEffect(() => {
    if (isKnown) say(result);
  }, [isKnown, result, say]);
  const empty = <Empty title={words.none} hint={words.noneHint} />;
  if (faultOf(search)) return empty;
  return (
    <Paged query={query} heights={[22]} empty={empty}>
      {(events) => (
        <>
          <p className={styles.count}>{result}</p>
          <EventGrid events={events} />
        </>
      )}
    </Paged>
  );
}
