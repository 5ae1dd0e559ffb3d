import { useParams } from 'wouter';
import { Page } from '../../design/page.tsx';
import { Head } from '../../design/head.tsx';
import { useWords } from '../../staff/use-words.ts';
import { LoadedEvent } from '../loaded.tsx';
import { EventForm } from './event-form.tsx';

export default function EditEventPage() {
  const words = useWords();
  const { id } = useParams<{ id: string }>();
  return (
    <LoadedEvent id={id}>
      {(event) => (
        <Page title={`${words.event.editTitle}: ${event.title}`}>
          <Head
            up={{ href: '/organize', label: words.events.title }}
            title={words.event.editTitle}
            lead={event.title}
          />
          <EventForm event={event} />
        </Page>
      )}
    </LoadedEvent>
  );
}
