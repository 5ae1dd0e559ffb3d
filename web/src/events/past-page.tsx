import { useInfiniteQuery } from '@tanstack/react-query';
import { pastEventsQuery } from '../api/queries.ts';
import { Empty } from '../design/empty.tsx';
import { Head } from '../design/head.tsx';
import { Page } from '../design/page.tsx';
import { Paged } from '../design/paged.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { EventGrid } from './event-card.tsx';
import { useSearchWords } from './search-words.ts';

export default function PastPage() {
  const { text } = useLocale();
  const words = useSearchWords();
  const query = useInfiniteQuery(pastEventsQuery);
  return (
    <Page title={words.past}>
      <Head up={{ href: '/', label: text.shell.events }} title={words.past} lead={words.pastLead} />
      <Paged query={query} heights={[22, 22]} empty={<Empty title={words.noPast} />}>
        {(events) => <EventGrid events={events} isPast />}
      </Paged>
    </Page>
  );
}
