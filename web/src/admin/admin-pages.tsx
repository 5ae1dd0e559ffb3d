/** Everything under /admin. */
import type { ReactNode } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { Page } from '../design/page.tsx';
import { MissingPage } from '../shell/missing-page.tsx';
import { Head } from '../staff/head.tsx';
import { OnlyFor } from '../staff/only-for.tsx';
import { Tabs } from '../staff/tabs.tsx';
import { useWords } from '../staff/use-words.ts';
import { AllDrops } from './all-drops.tsx';
import { Health } from './health.tsx';
import { Parked } from './parked.tsx';
import { Users } from './users.tsx';

export default function AdminPages() {
  const { admin: words } = useWords();
  return (
    <OnlyFor admins>
      {(me) => (
        <Switch>
          <Route path="/admin">
            <Redirect to="/admin/users" replace />
          </Route>
          <Route path="/admin/users">
            <Frame title={words.users.title}>
              <Users me={me} />
            </Frame>
          </Route>
          <Route path="/admin/drops">
            <Frame title={words.drops.title}>
              <AllDrops />
            </Frame>
          </Route>
          <Route path="/admin/parked">
            <Frame title={words.parked.title} lead={words.parked.lead}>
              <Parked />
            </Frame>
          </Route>
          <Route path="/admin/health">
            <Frame title={words.health.title} lead={words.health.lead}>
              <Health />
            </Frame>
          </Route>
          <Route>
            <MissingPage />
          </Route>
        </Switch>
      )}
    </OnlyFor>
  );
}

function Frame({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  const { admin: words } = useWords();
  return (
    <Page title={title}>
      <Tabs
        label={words.tabsLabel}
        tabs={(['users', 'drops', 'parked', 'health'] as const).map((tab) => ({
          href: `/admin/${tab}`,
          label: words.tabs[tab],
        }))}
      />
      <Head title={title} lead={lead} />
      {children}
    </Page>
  );
}
