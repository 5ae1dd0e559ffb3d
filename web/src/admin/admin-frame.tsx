import type { ComponentProps, ReactNode } from 'react';
import { Page } from '../design/page.tsx';
import { Head } from '../design/head.tsx';
import { Tabs } from '../design/tabs.tsx';
import { useWords } from '../staff/use-words.ts';

type AdminFrameProps = {
  title: string;
  lead?: string;
  up?: ComponentProps<typeof Head>['up'];
  children: ReactNode;
};

/** Title, tabs and layout that all pages of administrators share. */
export function AdminFrame({ title, lead, up, children }: AdminFrameProps) {
  const { admin: words } = useWords();
  return (
    <Page title={title}>
      <Tabs
        label={words.tabsLabel}
        tabs={(['users', 'requests', 'drops', 'orders', 'audit', 'parked', 'health'] as const).map((tab) => ({
          href: `/admin/${tab}`,
          label: words.tabs[tab],
        }))}
      />
      <Head {...(up && { up })} title={title} lead={lead} />
      {children}
    </Page>
  );
}
