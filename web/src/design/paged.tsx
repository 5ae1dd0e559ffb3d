import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useLocale } from '../i18n/locale.tsx';
import { Button } from './button.tsx';
import { LoadFailed } from './page.tsx';
import styles from './paged.module.css';
import { Skeleton } from './skeleton.tsx';

type PagedProps<Item> = {
  query: UseInfiniteQueryResult<InfiniteData<{ items: Item[] }>>;
  /** Heights in rem of the outline that is shown until the first page has come. */
  heights: number[];
  /** Shown if the list is empty. */
  empty: ReactNode;
  children: (items: Item[]) => ReactNode;
};

/** A list that is read page by page, in all its states: loading, failed, empty, shown, and with more to load. */
export function Paged<Item>({ query, heights, empty, children }: PagedProps<Item>) {
  const { text } = useLocale();
  const all = query.data?.pages.flatMap(({ items }) => items);
  if (!all) {
    return query.error ? (
      <LoadFailed error={query.error} retry={query.refetch} />
    ) : (
      <Skeleton heights={heights} />
    );
  }
  if (all.length === 0) return empty;
  return (
    <>
      {children(all)}
      {query.hasNextPage && (
        <div className={styles.more}>
          <Button look="quiet" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {text.common.showMore}
          </Button>
        </div>
      )}
    </>
  );
}
