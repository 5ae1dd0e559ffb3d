import { useParams } from 'wouter';
import { useWords } from '../../staff/use-words.ts';
import { LoadedDrop } from '../loaded.tsx';
import { DropFrame } from '../drop-frame.tsx';
import { AskedQuestions } from './asked-questions.tsx';
import { DropForm } from './drop-form.tsx';

export default function EditDropPage() {
  const words = useWords();
  const { id } = useParams<{ id: string }>();
  return (
    <LoadedDrop id={id}>
      {(drop, event) => (
        <DropFrame
          drop={drop}
          event={event}
          title={drop.state === 'scheduled' ? words.drop.editTitle : words.drop.questions}
        >
          {drop.state === 'scheduled' ? (
            <DropForm event={event} drop={drop} />
          ) : (
            <AskedQuestions drop={drop} />
          )}
        </DropFrame>
      )}
    </LoadedDrop>
  );
}
