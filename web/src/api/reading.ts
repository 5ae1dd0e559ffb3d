/** The two kinds of queries. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ask } from './http.ts';
import type { Page } from './types.ts';

/** A list that is read page by page. `path` comes without `limit` and `after`. */
export function pages<T>(key: readonly unknown[], path: string, limit: number) {
  const start = `${path}${path.includes('?') ? '&' : '?'}limit=${limit}`;
  return infiniteQueryOptions({
    queryKey: key,
    initialPageParam: '',
    getNextPageParam: (last: Page<T>) => last.next,
    async queryFn({ pageParam, signal }) {
      const after = pageParam === '' ? '' : `&after=${encodeURIComponent(pageParam)}`;
      return (await ask<Page<T>>('GET', start + after, { signal })).data;
    },
  });
}

/** A single object. */
export function one<T>(key: readonly unknown[], path: string) {
  return queryOptions({
    queryKey: key,
    queryFn: async ({ signal }) => (await ask<T>('GET', path, { signal })).data,
  });
}
