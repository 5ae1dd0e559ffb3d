import { Refusal } from '../api/http.ts';
import { faultText } from '../api/use-fault.ts';
import { useLocale } from '../i18n/locale.tsx';
import { useWords } from './use-words.ts';
import type { StaffWords } from './words/en.ts';

/** An error as a text for organizers: some codes mean something else to them than to a buyer. */
export function useStaffFault(): (error: unknown) => string | undefined {
  const { text } = useLocale();
  const words = useWords();
  return (error) => {
    const own = error instanceof Refusal && words.problems[error.code as keyof StaffWords['problems']];
    return own || faultText(error, text);
  };
}
