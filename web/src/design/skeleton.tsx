import { useLocale } from '../i18n/locale.tsx';
import styles from './skeleton.module.css';

/** An outline, as tall as the content that is loading. Heights in rem. */
export function Skeleton({ heights }: { heights: readonly number[] }) {
  const { text } = useLocale();
  return (
    <div role="status" style={{ display: 'grid', gap: 'var(--gap-3)' }}>
      <span className="unseen">{text.common.loading}</span>
      {heights.map((height, index) => (
        // eslint-disable-next-line react/no-array-index-key -- all are alike
        <span key={index} className={styles.bone} style={{ height: `${height}rem` }} />
      ))}
    </div>
  );
}
