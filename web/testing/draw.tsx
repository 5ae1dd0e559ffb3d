/** Draws a part of the pages as main.tsx does, without its surroundings. */
import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { Router } from 'wouter';
import { createQueryClient } from '../src/api/queries.ts';
import { Announcer } from '../src/design/announcer.tsx';
import { en } from '../src/i18n/en.ts';
import { LocaleProvider } from '../src/i18n/locale.tsx';

export function draw(page: ReactNode, { at = '/', client = createQueryClient() } = {}) {
  history.replaceState(null, '', at);
  return { client, ...render(page, { wrapper: around(client) }) };
}

function around(client: QueryClient) {
  return function Around({ children }: { children: ReactNode }) {
    return (
      <QueryClientProvider client={client}>
        <LocaleProvider locale="en" messages={en}>
          <Announcer>
            <Router>{children}</Router>
          </Announcer>
        </LocaleProvider>
      </QueryClientProvider>
    );
  };
}
