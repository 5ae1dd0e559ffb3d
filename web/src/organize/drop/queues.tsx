import { useLocale } from '../../i18n/locale.tsx';
import { useWords } from '../../staff/use-words.ts';
import styles from './live-page.module.css';

export function Queues({ depths }: { depths: Record<string, number> | undefined }) {
  const { format } = useLocale();
  const { dropPages: words } = useWords();
  if (!depths) return null;
  const waiting = Object.entries(depths).filter(([, depth]) => depth > 0);
  return (
    <section className={styles.queues} aria-labelledby="queues">
      <h2 id="queues">{words.queues}</h2>
      <p className={styles.soft}>{words.queuesHint}</p>
      {waiting.length === 0 ? (
        <p>{words.queueEmpty}</p>
      ) : (
        <dl>
          {waiting.map(([queue, depth]) => (
            <div key={queue}>
              <dt>{queue}</dt>
              <dd>{format.number(depth)}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
