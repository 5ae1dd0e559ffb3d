import { useFormContext, useWatch } from 'react-hook-form';
import { Field } from '../../design/field.tsx';
import { useApiFields } from '../../forms/use-api-form.ts';
import { useLocale } from '../../i18n/locale.tsx';
import { useWords } from '../../staff/use-words.ts';
import styles from '../form.module.css';
import { currencyOf } from './currency-names.ts';
import { CurrencyField } from './currency-field.tsx';
import { drawnSections, seatsIn } from './drawn-sections.ts';
import type { DropValues } from './drop-values.ts';
import { readPrice } from './price.ts';

export function TermsPanel({ fixed }: { fixed: boolean }) {
  const words = useWords();
  const { field } = useApiFields<DropValues>();
  const number = { inputMode: 'numeric', autoComplete: 'off' } as const;
  return (
    <section className={styles.panel} aria-labelledby="terms">
      <header className={styles.panelHead}>
        <h2 id="terms">{words.drop.terms}</h2>
      </header>
      <div className={styles.pair}>
        <Field
          {...field('price')}
          label={words.drop.price}
          inputMode="decimal"
          autoComplete="off"
          hint={<Takings />}
        />
        <CurrencyField {...field('currency', { deps: ['price', 'feePerSeat', 'feePerOrder'] })} />
      </div>
      <FeeFields />
      <div className={styles.pair}>
        <Field
          {...field('maxPerBuyer')}
          {...number}
          label={words.drop.maxPerBuyer}
          hint={words.drop.maxHint}
        />
        <Field
          {...field('holdMinutes')}
          inputMode="decimal"
          autoComplete="off"
          label={words.drop.holdMinutes}
          hint={words.drop.holdHint}
        />
        <Field
          {...field('payMinutes')}
          inputMode="decimal"
          autoComplete="off"
          label={words.drop.payMinutes}
          hint={words.drop.payHint}
        />
        <Field
          {...field('lapsePauseSeconds')}
          {...number}
          label={words.drop.lapsePause}
          hint={words.drop.lapsePauseHint}
        />
        <Field
          {...field('standbyLimit')}
          {...number}
          label={words.drop.standbyLimit}
          hint={words.drop.standbyHint}
        />
        {!fixed && (
          <Field
            {...field('partitions')}
            {...number}
            label={words.drop.partitions}
            hint={words.drop.partitionsHint}
          />
        )}
      </div>
    </section>
  );
}

function FeeFields() {
  const words = useWords();
  const { field } = useApiFields<DropValues>();
  const amount = { inputMode: 'decimal', autoComplete: 'off' } as const;
  return (
    <div className={styles.pair}>
      <Field
        {...field('feePerSeat')}
        {...amount}
        label={words.drop.feePerSeat}
        hint={words.drop.feePerSeatHint}
      />
      <Field
        {...field('feePerOrder')}
        {...amount}
        label={words.drop.feePerOrder}
        hint={words.drop.feePerOrderHint}
      />
      <Field
        {...field('feePercent')}
        {...amount}
        label={words.drop.feePercent}
        hint={words.drop.feePercentHint}
      />
      <Field
        {...field('taxPercent')}
        {...amount}
        label={words.drop.taxPercent}
        hint={words.drop.taxPercentHint}
      />
    </div>
  );
}

/** The price as buyers will see it, and what the sale can bring. */
function Takings() {
  const { format } = useLocale();
  const words = useWords();
  const { control } = useFormContext<DropValues>();
  const [typed, typedCurrency, sections] = useWatch({ control, name: ['price', 'currency', 'sections'] });
  const currency = currencyOf(typedCurrency);
  const price = readPrice(typed, currency);
  const seats = seatsIn(drawnSections(sections));
  if (price.kind !== 'amount' || !/^[A-Z]{3}$/.test(currency)) return null;
  if (price.amount === 0) return words.drop.isFree;
  const money = { amount: price.amount, currency };
  return (
    <>
      {words.events.each(format.money(money))}
      {seats > 0 && ` · ${words.drop.ifSoldOut(format.money(money, seats))}`}
    </>
  );
}
