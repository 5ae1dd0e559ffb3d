import { useEffect, useRef } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { Page } from './design/page.tsx';
import { Skeleton } from './design/skeleton.tsx';
import { HeldNotice } from './orders/held-notice.tsx';
import { UnconfirmedNotice } from './session/unconfirmed-notice.tsx';
import { BannedNotice } from './session/banned-notice.tsx';
import { Footer } from './shell/footer.tsx';
import { Header } from './shell/header.tsx';
import { MissingPage } from './shell/missing-page.tsx';
import { Crashed } from './shell/crashed.tsx';
import { Part } from './shell/parts.tsx';
import { OfflineNotice } from './shell/offline-notice.tsx';
import { useLocale } from './i18n/locale.tsx';
import { routes, type Routes } from './routes.tsx';
import styles from './app.module.css';

export function App({ pages = routes }: { pages?: Routes }) {
  const { text } = useLocale();
  const main = useRef<HTMLElement>(null);
  const [location] = useLocation();
  useFreshPage(main);
  return (
    <div className={styles.app}>
      <a className={styles.skip} href="#main">
        {text.common.skip}
      </a>
      <Header />
      <OfflineNotice />
      <BannedNotice />
      <UnconfirmedNotice />
      <HeldNotice />
      <main id="main" ref={main} tabIndex={-1} className={styles.main}>
        <Switch>
          {Object.entries(pages).map(([path, ShownPage]) => (
            <Route key={path} path={path}>
              {/* A page that throws, or whose script does not load, affects no other page. */}
              <Crashed resetOn={location}>
                <Part fallback={<Loading />}>
                  <ShownPage />
                </Part>
              </Crashed>
            </Route>
          ))}
          <Route>
            <MissingPage />
          </Route>
        </Switch>
      </main>
      <Footer />
    </div>
  );
}

function Loading() {
  return (
    <Page title="Seatdrop">
      <Skeleton heights={[3, 1.5, 12, 6]} />
    </Page>
  );
}

/**
 * A new page begins at its top, and screen readers are moved there. On Back and Forward the browser restores
 * the position.
 */
function useFreshPage(main: React.RefObject<HTMLElement | null>) {
  const [location] = useLocation();
  const last = useRef(location);
  useEffect(() => {
    const isSame = last.current === location || sameDrop(last.current, location);
    last.current = location;
    if (isSame) return;
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [location, main]);
}

/** The step of paying belongs to the drop's page, which moves the focus itself. */
function sameDrop(one: string, other: string): boolean {
  const dropPath = /^\/drops\/\d+/;
  return dropPath.exec(one) !== null && dropPath.exec(one)?.[0] === dropPath.exec(other)?.[0];
}
