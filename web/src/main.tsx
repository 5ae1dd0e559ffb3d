import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';
import '@fontsource-variable/archivo/wdth.css';
import './design/tokens.css';
import './design/base.css';
import { createQueryClient } from './api/queries.ts';
import { App } from './app.tsx';
import { Announcer } from './design/announcer.tsx';
import { LocaleProvider, messagesFor, preferredLocale } from './i18n/locale.tsx';
import { Crashed } from './shell/crashed.tsx';
import { keepSession } from './session/use-me.ts';
import { loadFirstPage } from './routes.tsx';
import { reloadForNewBuilds } from './shell/parts.tsx';
import { aroundLeaving } from './shell/leaving.ts';

reloadForNewBuilds(() => Date.now());

const preferred = preferredLocale();
const client = createQueryClient();
keepSession(client);
const [{ locale, messages }] = await Promise.all([messagesFor(preferred), loadFirstPage(location.pathname)]);

createRoot(document.querySelector('#app')!).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <LocaleProvider locale={locale} messages={messages}>
        <Crashed>
          <Announcer>
            <Router aroundNav={aroundLeaving}>
              <App />
            </Router>
          </Announcer>
        </Crashed>
      </LocaleProvider>
    </QueryClientProvider>
  </StrictMode>,
);
