import { useFieldArray } from 'react-hook-form';
import { Button } from '../../design/button.tsx';
import { Plus } from '../../design/icons.tsx';
import { Notice } from '../../design/notice.tsx';
import { useApiFields } from '../../forms/use-api-form.ts';
import { useWords } from '../../staff/use-words.ts';
import styles from '../form.module.css';
import { emptyQuestion, type DropValues } from './drop-values.ts';
import { QuestionCard } from './question-card.tsx';

const mostQuestions = 50;

export function QuestionsPanel() {
  const words = useWords();
  const { control, faultAt } = useApiFields<DropValues>();
  const { fields, append, remove } = useFieldArray({ control, name: 'questions' });
  const root = faultAt('questions.root');
  return (
    <section className={styles.panel} aria-labelledby="questions">
      <header className={styles.panelHead}>
        <h2 id="questions">{words.drop.questions}</h2>
        <p className={styles.soft}>{words.drop.questionsLead}</p>
      </header>
      <ol className={styles.fields}>
        {fields.map((field, index) => (
          <li key={field.id}>
            <QuestionCard index={index} remove={fields.length > 1 ? () => remove(index) : undefined} />
          </li>
        ))}
      </ol>
      {root && <Notice tone="bad">{root}</Notice>}
      {fields.length < mostQuestions && (
        <div>
          <Button look="quiet" onClick={() => append(emptyQuestion)}>
            <Plus /> {words.drop.addQuestion}
          </Button>
        </div>
      )}
    </section>
  );
}
