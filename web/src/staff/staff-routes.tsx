/**
 * The page behind each path of organizers and administrators. Others see that they have no access, before
 * anything is loaded.
 */
import type { ComponentType } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import type { PagePath } from '@seatdrop/shared/contract/page-paths.ts';
import type { User } from '../api/types.ts';
import { Page } from '../design/page.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { MissingPage } from '../shell/missing-page.tsx';
import { Part, part } from '../shell/parts.tsx';
import EventsListPage from '../organize/events-list-page.tsx';
import NewEventPage from '../organize/event-form/new-event-page.tsx';
import EditEventPage from '../organize/event-form/edit-event-page.tsx';
import NewDropPage from '../organize/drop-form/new-drop-page.tsx';
import EditDropPage from '../organize/drop-form/edit-drop-page.tsx';
import UsersPage from '../admin/users-page.tsx';
import AllDropsPage from '../admin/all-drops-page.tsx';
import ParkedPage from '../admin/parked-page.tsx';
import HealthPage from '../admin/health-page.tsx';
import { StepUp } from '../session/second-factor/step-up.tsx';
import { OnlyFor } from './only-for.tsx';

export type StaffPath = Extract<PagePath, `/organize${string}` | `/admin${string}`>;
type StaffPage = ComponentType<{ me: User }>;

/** Loaded on demand: pages with charts or a camera, which weigh as much as all the others together. */
const staffRoutes = {
  '/organize': EventsListPage,
  '/organize/seller': part(() => import('../organize/seller/seller-page.tsx')),
  '/organize/orders': part(() => import('../organize/find-orders/find-orders-page.tsx')),
  '/organize/orders/:id': part(() => import('../organize/order-record/order-record-page.tsx')),
  '/organize/payouts': part(() => import('../organize/payouts/payouts-page.tsx')),
  '/organize/events/new': NewEventPage,
  '/organize/events/:id/edit': EditEventPage,
  '/organize/events/:id/check-in': part(() => import('../organize/check-in/check-in-page.tsx')),
  '/organize/events/:id/holders': part(() => import('../organize/holders/holders-page.tsx')),
  '/organize/events/:id/drops/new': NewDropPage,
  '/organize/drops/:id': part(() => import('../organize/drop/live-page.tsx')),
  '/organize/drops/:id/edit': EditDropPage,
  '/organize/drops/:id/orders': part(() => import('../organize/sold-orders/orders-list-page.tsx')),
  '/organize/drops/:id/report': part(() => import('../organize/report/report-page.tsx')),
  '/admin': () => <Redirect to="/admin/users" replace />,
  '/admin/users': UsersPage,
  '/admin/requests': part(() => import('../admin/requests-page.tsx')),
  '/admin/drops': AllDropsPage,
  '/admin/orders': part(() => import('../admin/orders-page.tsx')),
  '/admin/audit': part(() => import('../admin/audit-page.tsx')),
  '/admin/parked': ParkedPage,
  '/admin/health': HealthPage,
} satisfies Record<StaffPath, StaffPage>;

export default function StaffPages() {
  return (
    <>
      <StepUp />
      <Switch>
        {Object.entries<StaffPage>(staffRoutes).map(([path, ShownPage]) => (
          <Route key={path} path={path}>
            <OnlyFor admins={path.startsWith('/admin')}>
              {(me) => (
                <Part fallback={<Loading />}>
                  <ShownPage me={me} />
                </Part>
              )}
            </OnlyFor>
          </Route>
        ))}
        <Route>
          <MissingPage />
        </Route>
      </Switch>
    </>
  );
}

function Loading() {
  const { text } = useLocale();
  return (
    <Page title={text.shell.organize}>
      <Skeleton heights={[3, 8, 8]} />
    </Page>
  );
}
