import { useEffect, useRef } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { Page } from './design/page.tsx';
import { Skeleton } from './design/skeleton.tsx';
import { EventsPage } from './events/events-page.tsx';
import { BannedNotice } from './session/banned-notice.tsx';
import { Footer } from './shell/footer.tsx';
import { Header } from './shell/header.tsx';
import { MissingPage } from './shell/missing-page.tsx';
import { Part, part } from './shell/parts.tsx';
import { OfflineNotice } from './shell/offline-notice.tsx';
import styles from './app.module.css';
import { useLocale } from './i18n/locale.tsx';

const EventPage = part(() => import('./events/event-page.tsx'));
const DropPage = part(() => import('./drop/drop-page.tsx'));
const SignInPage = part(() => import('./session/sign-in-page.tsx'));
const SignUpPage = part(() => import('./session/sign-up-page.tsx'));
const OrdersPage = part(() => import('./orders/orders-page.tsx'));
const OrderPage = part(() => import('./orders/order-page.tsx'));
// Pages of those who run a sale; a shopper never loads them. Each has its own routes inside.
const OrganizePages = part(() => import('./organize/organize-pages.tsx'));
const AdminPages = part(() => import('./admin/admin-pages.tsx'));

export function App() {
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
      <main id="main" ref={main} tabIndex={-1} className={styles.main}>
        {/* Another page may be there although this one is not. */}
        <Part key={pageOf(location)} fallback={<Loading />}>
          <Switch>
            <Route path="/" component={EventsPage} />
            <Route path="/events/:id" component={EventPage} />
            <Route path="/drops/:id/:step?" component={DropPage} />
            <Route path="/signin" component={SignInPage} />
            <Route path="/signup" component={SignUpPage} />
            <Route path="/orders" component={OrdersPage} />
            <Route path="/orders/:id" component={OrderPage} />
            <Route path="/organize/*?" component={OrganizePages} />
            <Route path="/admin/*?" component={AdminPages} />
            <Route>
              <MissingPage />
            </Route>
          </Switch>
        </Part>
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

/** A new page begins at its top, and screen readers are taken there too. Going back, the browser knows better. */
function useFreshPage(main: React.RefObject<HTMLElement | null>) {
  const [location] = useLocation();
  const last = useRef(location);
  useEffect(() => {
    const isSame = last.current === location || sameSale(last.current, location);
    last.current = location;
    if (isSame) return;
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [location, main]);
}

/** Steps and tabs of one thing are the same page. */
function pageOf(location: string): string {
  return location.split('/').slice(0, 2).join('/');
}

/** Paying is a step of the same page, which moves the focus itself. */
function sameSale(one: string, other: string): boolean {
  const sale = /^\/drops\/\d+/;
  return sale.exec(one) !== null && sale.exec(one)?.[0] === sale.exec(other)?.[0];
}
