import type { FieldErrors, FieldValues } from 'react-hook-form';
import { Notice } from '../design/notice.tsx';
import { useWords } from '../staff/use-words.ts';

type SaveFaultProps<Values extends FieldValues> = {
  errors: FieldErrors<Values>;
  /** What else prevented it. */
  fault: string | undefined;
};

/** Next to the button, after a save that failed: how many fields are wrong, or what else prevented it. */
export function SaveFault<Values extends FieldValues>({ errors, fault }: SaveFaultProps<Values>) {
  const { form } = useWords();
  const count = countOf(errors);
  if (fault !== undefined) return <Notice tone="bad">{fault}</Notice>;
  if (count === 0) return null;
  return <Notice tone="bad">{form.someFields(count)}</Notice>;
}

function countOf(errors: unknown): number {
  if (typeof errors !== 'object' || errors === null || errors instanceof Element) return 0;
  if ('message' in errors && typeof errors.message === 'string') return 1;
  const entries = Object.entries(errors).filter(([key]) => key !== 'ref');
  return entries.reduce((sum, [, inside]) => sum + countOf(inside), 0);
}
