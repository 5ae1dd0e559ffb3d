/** Renders a part of the pages with the providers of main.tsx, without header and footer. */
import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { Router } from 'wouter';
import { createQueryClient } from '../src/api/queries.ts';
import { Announcer } from '../src/design/announcer.tsx';
import { LocaleProvider } from '../src/i18n/locale.tsx';
import type { Locale } from '../src/i18n/locales.ts';
import { en } from '../src/i18n/en.ts';
import { zhHant } from '../src/i18n/zh-hant.ts';

const catalogs = { en, 'zh-Hant': zhHant };

type Surroundings = { at?: string; client?: QueryClient; locale?: Locale };

export function draw(
  page: ReactNode,
  { at = '/', client = createQueryClient(), locale = 'en' }: Surroundings = {},
) {
  history.replaceState(null, '', at);
  return { client, ...render(page, { wrapper: around(client, locale) }) };
}

function around(client: QueryClient, locale: Locale) {
  return function Around({ children }: { children: ReactNode }) {
    return (
      <QueryClientProvider client={client}>
        <LocaleProvider locale={locale} messages={catalogs[locale]}>
          <Announcer>
            <Router>{children}</Router>
          </Announcer>
        </LocaleProvider>
      </QueryClientProvider>
    );
  };
}
