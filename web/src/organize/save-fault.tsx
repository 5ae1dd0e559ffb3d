import { get, type FieldErrors, type FieldValues } from 'react-hook-form';
import { Notice } from '../design/notice.tsx';
import { useWords } from '../staff/use-words.ts';

/** Next to the button, after a save that failed: how many fields are wrong, or what else prevented it. */
export function SaveFault<Values extends FieldValues>({ errors }: { errors: FieldErrors<Values> }) {
  const { faults } = useWords();
  const root: unknown = get(errors, 'root.message');
  const { root: _, ...others } = errors;
  const count = countOf(others);
  if (typeof root === 'string') return <Notice tone="bad">{root}</Notice>;
  if (count === 0) return null;
  return <Notice tone="bad">{faults.someFields(count)}</Notice>;
}

function countOf(errors: unknown): number {
  if (typeof errors !== 'object' || errors === null || errors instanceof Element) return 0;
  if ('message' in errors && typeof errors.message === 'string') return 1;
  const entries = Object.entries(errors).filter(([key]) => key !== 'ref');
  return entries.reduce((sum, [, inside]) => sum + countOf(inside), 0);
}
