/** The two ways in which pages read from the API. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ask } from './http.ts';
import type { Page } from './types.ts';

/** A list read page by page; `path` without `limit` and `after`. */
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

/** One thing that is there or not. */
export function one<T>(key: readonly unknown[], path: string) {
  return queryOptions({
    queryKey: key,
    queryFn: async ({ signal }) => (await ask<T>('GET', path, { signal })).data,
  });
}
