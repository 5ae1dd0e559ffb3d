import { classes } from '../design/classes.ts';
import { useLocale } from '../i18n/locale.tsx';
import styles from './sale-badge.module.css';
import type { SaleState } from './sale-state.ts';

/** How a sale stands, in a word; the same wherever one is shown. */
export function SaleBadge({ state }: { state: SaleState }) {
  const { text } = useLocale();
  return (
    <span className={classes(styles.pill, styles[state])} data-sale={state}>
      {text.saleStates[state]}
    </span>
  );
}
