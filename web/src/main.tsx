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
import { loadMessages, LocaleProvider, preferredLocale } from './i18n/locale.tsx';
import { Crashed } from './shell/crashed.tsx';
import { keepSession } from './session/use-me.ts';
import { aroundLeaving } from './shell/leaving.ts';

// A page loaded before a new build asks for files that are gone. Loading it again helps; doing so for ever does not.
window.addEventListener('vite:preloadError', () => {
  const last = Number(sessionStorage.getItem('seatdrop.reloaded') ?? 0);
  // The monotonic clock starts anew with the page. Should the device's clock be set back, waiting does not get longer.
  if (Math.abs(Date.now() - last) < 30_000) return;
  sessionStorage.setItem('seatdrop.reloaded', String(Date.now()));
  location.reload();
});

const locale = preferredLocale();
const client = createQueryClient();
keepSession(client);
const messages = await loadMessages(locale);

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
