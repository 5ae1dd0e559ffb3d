import { useLocale } from '../i18n/locale.tsx';
import type { Messages } from '../i18n/en.ts';
import { Refusal, Unreachable } from './http.ts';

/** An error as a text for the person who sees it; undefined without an error. */
export function faultText(error: unknown, text: Messages): string | undefined {
  if (error === null || error === undefined) return undefined;
  if (error instanceof Unreachable) return text.problems.unreachable;
  if (!(error instanceof Refusal)) return text.problems.generic;
  const known = text.problems[error.code as keyof Messages['problems']];
  if (typeof known !== 'string') return text.problems.generic;
  const seconds = error.retryAfter === undefined ? 0 : Math.ceil(error.retryAfter / 1000);
  return seconds > 1 ? `${known} ${text.problems.retryIn(seconds)}` : known;
}

export function useFault(error: unknown): string | undefined {
  return faultText(error, useLocale().text);
}
