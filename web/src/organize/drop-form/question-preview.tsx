import { useState } from 'react';
import { Choices } from '../../design/choices.tsx';
import { Field } from '../../design/field.tsx';
import { useLocale } from '../../i18n/locale.tsx';
import { useWords } from '../../staff/use-words.ts';
import type { QuestionValues } from './drop-values.ts';
import styles from './question-card.module.css';

/** A question as it stands before a buyer, to be tried out. Nothing of it is sent. */
export function QuestionPreview({ question }: { question: QuestionValues }) {
  const { text } = useLocale();
  const words = useWords();
  const [answer, setAnswer] = useState('');
  const asked = question.text.trim();
  const choices = question.choices.map((choice) => choice.text.trim()).filter((choice) => choice !== '');
  const legend = (
    <span>
      <span className={styles.soft}>{text.drop.yourQuestion}</span>
      <br />
      {asked === '' ? <span className={styles.soft}>{words.drop.previewEmpty}</span> : <bdi>{asked}</bdi>}
    </span>
  );
  return (
    <div className={styles.preview}>
      {question.kind === 'choices' ? (
        <Choices
          legend={legend}
          choices={[...new Set(choices)].map((choice) => ({ value: choice, label: choice }))}
          value={answer}
          onChange={setAnswer}
        />
      ) : (
        <>
          <p>
            <strong>{legend}</strong>
          </p>
          <Field
            label={text.drop.answer}
            value={answer}
            autoComplete="off"
            onChange={(event) => setAnswer(event.target.value)}
          />
        </>
      )}
    </div>
  );
}
