import { Page } from '../../design/page.tsx';
import { Head } from '../../design/head.tsx';
import { useWords } from '../../staff/use-words.ts';
import { EventForm } from './event-form.tsx';

export default function NewEventPage() {
  const words = useWords();
  return (
    <Page title={words.event.newTitle}>
      <Head
        up={{ href: '/organize', label: words.events.title }}
        title={words.event.newTitle}
        lead={words.event.newLead}
      />
      <EventForm />
    </Page>
  );
}
