import { useId, useState, type InputHTMLAttributes, type Ref } from 'react';
import { useFormContext, useWatch } from 'react-hook-form';
import { Field } from '../../design/field.tsx';
import { useLocale } from '../../i18n/locale.tsx';
import { useWords } from '../../staff/use-words.ts';
import { currencyOf, namedCurrencies } from './currency-names.ts';
import type { DropValues } from './drop-values.ts';

type CurrencyFieldProps = { error?: string | undefined } & InputHTMLAttributes<HTMLInputElement> & {
    ref?: Ref<HTMLInputElement>;
  };

/**
 * The currency of the price. The browser's own list of suggestions, as for time zones: it can be searched by code and
 * by name, and keys, screen readers and phones know it. The name of what was typed is read back.
 */
export function CurrencyField({ error, ...input }: CurrencyFieldProps) {
  const { locale } = useLocale();
  const words = useWords();
  const id = useId();
  // All names are spelled out only when somebody wants them.
  const [isWanted, setWanted] = useState(false);
  const { control } = useFormContext<DropValues>();
  const typed = currencyOf(useWatch({ control, name: 'currency' }));
  const named = namedCurrencies(locale).find(({ code }) => code === typed);
  return (
    <>
      <Field
        {...input}
        list={id}
        label={words.drop.currency}
        hint={named?.name ?? words.drop.currencyHint}
        error={error}
        autoComplete="off"
        autoCapitalize="characters"
        autoCorrect="off"
        spellCheck={false}
        onFocus={() => setWanted(true)}
      />
      <datalist id={id}>
        {isWanted &&
          namedCurrencies(locale).map(({ code, name }) => <option key={code} value={code} label={name} />)}
      </datalist>
    </>
  );
}
