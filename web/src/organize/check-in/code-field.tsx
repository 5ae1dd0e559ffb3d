import { useEffect, useRef, useState } from 'react';
import { Button } from '../../design/button.tsx';
import { Field } from '../../design/field.tsx';
import { useFaultWords } from '../../forms/use-api-form.ts';
import { useWords } from '../../staff/use-words.ts';
import styles from './check-in-page.module.css';

type CodeFieldProps = { read: (text: string) => void; isChecking: boolean };

/**
 * The field for codes, order numbers, names and seats: typed, pasted, or from a hand scanner, which types like a very
 * fast keyboard and ends with Enter. It has the focus from the start; keys pressed elsewhere on the page reach it too.
 */
export function CodeField({ read, isChecking }: CodeFieldProps) {
  const { checkIn: words } = useWords();
  const faults = useFaultWords();
  const [code, setCode] = useState('');
  const [fault, setFault] = useState<string>();
  const field = useRef<HTMLInputElement>(null);
  useTypingLandsIn(field);

  const submit = () => {
    const text = code.trim();
    field.current?.focus();
    if (text === '') {
      setFault(faults.required);
      return;
    }
    // Emptied at once: the next ticket may be under the scanner already.
    setCode('');
    read(text);
  };

  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Field
        ref={field}
        label={words.code}
        hint={words.codeHint}
        value={code}
        onChange={(event) => {
          setCode(event.target.value);
          setFault(undefined);
        }}
        error={fault}
        autoComplete="off"
        autoCapitalize="off"
        autoCorrect="off"
        spellCheck={false}
        enterKeyHint="go"
        maxLength={200}
      />
      <Button type="submit" wide>
        {isChecking ? `${words.check} …` : words.check}
      </Button>
    </form>
  );
}

function useTypingLandsIn(field: React.RefObject<HTMLInputElement | null>) {
  useEffect(() => {
    field.current?.focus({ preventScroll: true });
    const typed = ({ key, ctrlKey, metaKey, altKey, target }: KeyboardEvent) => {
      const isCharacter = key.length === 1 && key !== ' ' && !ctrlKey && !metaKey && !altKey;
      const isElsewhere =
        target instanceof Element && !target.closest('input, textarea, select, [role=menu]');
      // The focus moves before the browser inserts the character, so none is lost.
      if (isCharacter && isElsewhere) field.current?.focus();
    };
    document.addEventListener('keydown', typed);
    return () => document.removeEventListener('keydown', typed);
  }, [field]);
}
