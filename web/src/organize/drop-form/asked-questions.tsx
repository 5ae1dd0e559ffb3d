import type { Drop } from '../../api/types.ts';
import { useWords } from '../../staff/use-words.ts';
import styles from '../form.module.css';

/** The questions of a sale that has opened: to be read, no longer to be changed. */
export function AskedQuestions({ questions }: { questions: NonNullable<Drop['questions']> }) {
  const { drop: words } = useWords();
  return (
    <section className={styles.panel} aria-labelledby="asked">
      <h2 id="asked">{words.askedIn}</h2>
      <ol className={styles.fields}>
        {questions.map(({ text, choices, answer }) => (
          <li key={text}>
            <strong>{text}</strong>
            {choices && <p>{choices.join(' · ')}</p>}
            <p className={styles.soft}>{words.answerIs(answer)}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}
