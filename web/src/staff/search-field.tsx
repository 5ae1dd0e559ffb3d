/** A search that asks the server once the typing pauses. */
import { useDeferredValue, useEffect, useState } from 'react';
import { Field } from '../design/field.tsx';

/** Milliseconds without typing before the value counts. */
const pause = 250;

/** `search`: what to search for now. Pass `typing` to the `SearchField`. */
export function useSearch() {
  const [typed, setTyped] = useState('');
  const search = useDeferredValue(useLater(typed.trim()));
  return { search, typing: { typed, onType: setTyped } };
}

/** Debounces a value, so that the server is not asked at every letter. */
export function useLater<T>(value: T): T {
  const [later, setLater] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLater(value), pause);
    return () => clearTimeout(timer);
  }, [value]);
  return later;
}

type SearchFieldProps = ReturnType<typeof useSearch>['typing'] & {
  label: string;
  hint: string;
  maxLength: number;
  className: string | undefined;
};

export function SearchField({ typed, onType, className, ...field }: SearchFieldProps) {
  return (
    <search className={className}>
      <Field
        type="search"
        {...field}
        value={typed}
        autoComplete="off"
        onChange={({ target }) => onType(target.value)}
      />
    </search>
  );
}
