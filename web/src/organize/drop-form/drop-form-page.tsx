import { useParams } from 'wouter';
import { Page } from '../../design/page.tsx';
import { Head } from '../../staff/head.tsx';
import { useWords } from '../../staff/use-words.ts';
import { LoadedDrop, LoadedEvent } from '../loaded.tsx';
import { SaleFrame } from '../sale-frame.tsx';
import { AskedQuestions } from './asked-questions.tsx';
import { DropForm } from './drop-form.tsx';

export function NewDropPage() {
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

export function EditDropPage() {
  const words = useWords();
  const { id } = useParams<{ id: string }>();
  return (
    <LoadedDrop id={id}>
      {(drop, event) => (
        <SaleFrame
          drop={drop}
          event={event}
          title={drop.state === 'scheduled' ? words.drop.editTitle : words.drop.questions}
        >
          {drop.state === 'scheduled' ? (
            <DropForm event={event} drop={drop} />
          ) : (
            <AskedQuestions drop={drop} />
          )}
        </SaleFrame>
      )}
    </LoadedDrop>
  );
}
