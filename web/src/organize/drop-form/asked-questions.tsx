import type { Drop } from '../../api/types.ts';
import { useWords } from '../../staff/use-words.ts';
import styles from '../form.module.css';

/** The questions of a sale that has opened: to be read, no longer to be changed. */
export function AskedQuestions({ drop }: { drop: Drop }) {
  const { drop: words } = useWords();
  return (
    <section className={styles.panel} aria-labelledby="asked">
      <header className={styles.panelHead}>
        <h2 id="asked">{words.questions}</h2>
        <p className={styles.soft}>{words.opened}</p>
      </header>
      {drop.questions ? (
        <ol className={styles.fields}>
          {drop.questions.map(({ text, choices, answer }) => (
            <li key={text}>
              <strong dir="auto">{text}</strong>
              {choices && (
                <ul className={styles.asked}>
                  {choices.map((choice) => (
                    <li key={choice} dir="auto">
                      {choice}
                    </li>
                  ))}
                </ul>
              )}
              <p className={styles.soft}>{words.answerIs(answer)}</p>
            </li>
          ))}
        </ol>
      ) : (
        <p>{words.hiddenQuestions}</p>
      )}
    </section>
  );
}
