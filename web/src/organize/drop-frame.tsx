import type { ReactNode } from 'react';
import type { Drop, DropState, Event } from '../api/types.ts';
import { DropBadge } from '../design/drop-badge.tsx';
import { useDropStatus } from '../live/use-drop-status.ts';
import { Page } from '../design/page.tsx';
import { Head } from '../design/head.tsx';
import { Tabs } from '../design/tabs.tsx';
import { useWords } from '../staff/use-words.ts';

type DropFrameProps = {
  drop: Drop;
  event: Event;
  /** Its latest pushed state. */
  news?: DropState | undefined;
  /** Of this page among the drop's pages. */
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
};

/** What the organizer's pages of one drop share: title, status, and tabs to the others. */
export function DropFrame({ drop, event, news, title, lead, actions, children }: DropFrameProps) {
  const { dropPages: words } = useWords();
  const { phase, status } = useDropStatus(drop, news);
  const path = `/organize/drops/${drop.id}`;
  return (
    <Page title={`${title} · ${event.title}`}>
      <Head
        up={{ href: '/organize', label: words.allEvents }}
        title={event.title}
        beside={<DropBadge status={status} />}
        lead={lead}
        actions={actions}
      />
      <Tabs
        label={words.tabsLabel}
        tabs={[
          { href: path, label: words.tabs.live },
          { href: `${path}/orders`, label: words.tabs.orders },
          { href: `${path}/report`, label: words.tabs.report },
          { href: `${path}/edit`, label: phase === 'scheduled' ? words.tabs.edit : words.tabs.questions },
        ]}
      />
      {children}
    </Page>
  );
}
