/**
 * Parts of the pages that are loaded when they are needed. One that does not come is said to be missing where it would
 * stand, and the rest goes on. Loading the whole page anew helps where a new build has taken its place, but only once
 * the server answers: without a line it would leave nothing but the browser's own error page.
 */
import { Component, lazy, Suspense, useEffect, useState, type ComponentType, type ReactNode } from 'react';
import { Button } from '../design/button.tsx';
import { Notice } from '../design/notice.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { isPageHeld } from './leaving.ts';
import { reloadPage } from './reload.ts';

class NotLoaded extends Error {
  override name = 'NotLoaded';
}

/** Like `lazy`; to be drawn inside a `Part`. */
// eslint-disable-next-line typescript/no-explicit-any -- as in React's own type of it
export function part<C extends ComponentType<any>>(load: () => Promise<{ default: C }>) {
  return lazy(async () => {
    try {
      return await load();
    } catch (cause) {
      throw new NotLoaded('A part of the page did not come', { cause });
    }
  });
}

/** Where parts are drawn. `fallback` stands there until they have come. */
export class Part extends Component<{ fallback?: ReactNode; children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {};

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error instanceof NotLoaded) return <Missing />;
    if (error) throw error;
    return <Suspense fallback={this.props.fallback}>{this.props.children}</Suspense>;
  }
}

function Missing() {
  const { text } = useLocale();
  const [isTrying, setTrying] = useState(false);
  const again = async () => {
    setTrying(true);
    await loadAnew();
    setTrying(false);
  };
  useEffect(() => {
    const online = () => void loadAnew();
    window.addEventListener('online', online);
    return () => window.removeEventListener('online', online);
  }, []);
  return (
    <Notice tone="bad">
      <p>{text.problems.partMissing}</p>
      <Button busy={isTrying} onClick={() => void again()}>
        {text.crashed.reload}
      </Button>
    </Notice>
  );
}

const patience = 10_000;

/** Loads the page again, if there is one to load. */
async function loadAnew(): Promise<void> {
  try {
    const limit = AbortSignal.timeout(patience);
    const { ok } = await fetch(location.pathname, { cache: 'no-store', signal: limit });
    if (ok) reloadPage();
  } catch {
    // No line, so what is here stays.
  }
}

/** Names of files change with each build: a page of an older one asks for some that are gone. Returns how to stop. */
export function reloadForNewBuilds(timeOfDay: () => number): () => void {
  const missing = () => {
    const last = Number(sessionStorage.getItem('seatdrop.reloaded') ?? 0);
    // The monotonic clock starts anew with the page. Should the device's clock be set back, waiting gets no longer.
    if (Math.abs(timeOfDay() - last) < 30_000 || isPageHeld()) return;
    sessionStorage.setItem('seatdrop.reloaded', String(timeOfDay()));
    void loadAnew();
  };
  window.addEventListener('vite:preloadError', missing);
  return () => window.removeEventListener('vite:preloadError', missing);
}
