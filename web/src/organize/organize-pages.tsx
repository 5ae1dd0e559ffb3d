/** Everything under /organize. */
import { Route, Switch } from 'wouter';
import { MissingPage } from '../shell/missing-page.tsx';
import { part } from '../shell/parts.tsx';
import { OnlyFor } from '../staff/only-for.tsx';
import { EditDropPage, NewDropPage } from './drop-form/drop-form-page.tsx';
import { EditEventPage, NewEventPage } from './event-form/event-form-page.tsx';
import { EventsListPage } from './events-list-page.tsx';

// Charts are as large as all the rest.
const SalePage = part(() => import('./sale/sale-page.tsx'));
const ReportPage = part(() => import('./report/report-page.tsx'));
const OrdersListPage = part(() => import('./sold-orders/orders-list-page.tsx'));
const CheckInPage = part(() => import('./check-in/check-in-page.tsx'));

export default function OrganizePages() {
  return (
    <OnlyFor>
      {(user) => (
        <Switch>
          <Route path="/organize">
            <EventsListPage user={user} />
          </Route>
          <Route path="/organize/events/new" component={NewEventPage} />
          <Route path="/organize/events/:id/edit" component={EditEventPage} />
          <Route path="/organize/events/:id/check-in" component={CheckInPage} />
          <Route path="/organize/events/:id/drops/new" component={NewDropPage} />
          <Route path="/organize/drops/:id" component={SalePage} />
          <Route path="/organize/drops/:id/edit" component={EditDropPage} />
          <Route path="/organize/drops/:id/orders" component={OrdersListPage} />
          <Route path="/organize/drops/:id/report" component={ReportPage} />
          <Route>
            <MissingPage />
          </Route>
        </Switch>
      )}
    </OnlyFor>
  );
}
