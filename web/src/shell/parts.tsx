/**
 * Parts of the pages that are loaded on demand. A part that does not load shows an error in its place, and
 * the rest of the page works. Reloading the page helps if a new build has replaced the files, but only once
 * the server answers: offline it would leave the browser's own error page.
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

/** Like `lazy`; render it inside a `Part`. */
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

/** A part that can be loaded before it is rendered. Then it is shown at once, without a fallback before it. */
export function partLoadedFirst<P extends object>(load: () => Promise<{ default: ComponentType<P> }>) {
  const Later = part(load) as ComponentType<P>;
  let Loaded: ComponentType<P> | undefined;
  return {
    Part: (props: P) => (Loaded ? <Loaded {...props} /> : <Later {...props} />),
    /** If it cannot be loaded, that is shown when it is rendered. */
    load: () =>
      load().then(
        (module) => void (Loaded = module.default),
        () => undefined,
      ),
  };
}

/** Renders parts. `fallback` is shown until they have loaded. */
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

/** Reloads the page if the server answers. */
async function loadAnew(): Promise<void> {
  try {
    const limit = AbortSignal.timeout(patience);
    const { ok } = await fetch(location.pathname, { cache: 'no-store', signal: limit });
    if (ok) reloadPage();
  } catch {
    // Offline: the page stays as it is.
  }
}

/**
 * File names change with each build, so a page of an older build asks for files that are gone. Returns how to
 * stop.
 */
export function reloadForNewBuilds(timeOfDay: () => number): () => void {
  const missing = () => {
    const last = Number(sessionStorage.getItem('seatdrop.reloaded') ?? 0);
    // The monotonic clock restarts with the page, so the device's clock is used. Setting that back does not
    // make the wait longer.
    if (Math.abs(timeOfDay() - last) < 30_000 || isPageHeld()) return;
    sessionStorage.setItem('seatdrop.reloaded', String(timeOfDay()));
    void loadAnew();
  };
  window.addEventListener('vite:preloadError', missing);
  return () => window.removeEventListener('vite:preloadError', missing);
}
