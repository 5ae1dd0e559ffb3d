import { useParams } from 'wouter';
import { Page } from '../../design/page.tsx';
import { Head } from '../../design/head.tsx';
import { useWords } from '../../staff/use-words.ts';
import { LoadedEvent } from '../loaded.tsx';
import { DropForm } from './drop-form.tsx';

export default function NewDropPage() {
  const words = useWords();
  const { id } = useParams<{ id: string }>();
  return (
    <LoadedEvent id={id}>
      {(event) => (
        <Page title={words.drop.newTitle}>
          <Head
            up={{ href: '/organize', label: words.events.title }}
            title={words.drop.newTitle}
            lead={words.drop.for(event.title)}
          />
          <DropForm event={event} />
        </Page>
      )}
    </LoadedEvent>
  );
}
