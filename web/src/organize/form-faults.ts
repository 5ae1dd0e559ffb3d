/** Faults of what was filled in, in words, wherever they were found: by the schema here, or by the server. */
import {
  set,
  type FieldErrors,
  type FieldValues,
  type ResolverResult,
  type UseFormSetError,
} from 'react-hook-form';
import type { z } from 'zod';
import { Refusal } from '../api/http.ts';
import type { StaffWords } from '../staff/words/en.ts';

export type FieldOf = (path: readonly string[]) => string;

type Found = { field: string; message: string };

/** As react-hook-form wants it: the first fault of each field, since that is the one to mend first. */
export function resultOf<Values extends FieldValues>(
  values: Values,
  faults: readonly Found[],
): ResolverResult<Values, Values> {
  if (faults.length === 0) return { values, errors: {} };
  const errors: FieldErrors = {};
  const seen = new Set<string>();
  for (const { field, message } of faults) {
    if (seen.has(field)) continue;
    seen.add(field);
    set(errors, field, { type: 'invalid', message });
  }
  return { values: {}, errors: errors as FieldErrors<Values> };
}

/** @param body what the schema was given */
export function issueWords(issue: z.core.$ZodIssue, body: unknown, { faults }: StaffWords): string {
  const value = issue.path.reduce<unknown>(
    (inside, key) => (inside as Record<PropertyKey, unknown> | undefined)?.[key],
    body,
  );
  if (value === undefined || (typeof value === 'string' && value.trim() === '')) return faults.required;
  if (issue.code === 'too_small') return faults.least(Number(issue.minimum));
  if (issue.code === 'too_big') {
    const most = Number(issue.maximum);
    return issue.origin === 'string' ? faults.longest(most) : faults.most(most);
  }
  if (issue.code === 'invalid_type' && typeof value === 'number') {
    return Number.isNaN(value) ? faults.number : faults.whole;
  }
  return knownWords(issue.message, faults) ?? faults.invalid;
}

/** As shared/contract/times.ts has it, whose library is loaded only where something is typed. */
export const closesLate = 'The drop would close after its event starts; `allowLate: true` allows that';

/** What schema and server say in their own words, and how it is said here. */
function knownWords(message: string, faults: StaffWords['faults']): string | undefined {
  const known: Record<string, string> = {
    'Must not be in the past': faults.past,
    'Must be after opensAt': faults.afterOpening,
    'The drop has fewer seats': faults.fewSeats,
    'The year must be between 2000 and 2199': faults.year,
    'Two sections have the same name': faults.sameSection,
    'More than 200000 seats': faults.tooManySeats,
    'There are fewer rows than partitions': faults.fewRows,
    'Two choices are the same': faults.sameChoice,
    'Must be one of the choices': faults.answerNotChoice,
    'Not a currency (ISO 4217)': faults.currency,
    'Not a time zone': faults.zone,
    [closesLate]: faults.late,
    'Must not contain line breaks or other control characters': faults.line,
    'Must not contain control characters': faults.hidden,
    'Must not contain hidden characters': faults.hidden,
    'Must be well-formed Unicode': faults.hidden,
    'Must contain something that can be seen': faults.unseen,
  };
  const [, drop] = /^In drop (\d+) of this event$/.exec(message) ?? [];
  return drop === undefined ? known[message] : faults.sectionTaken(Number(drop));
}

/** Puts what the server found at its fields. False when it named none that the form has. */
export function showServerFaults<Values extends FieldValues>(
  error: unknown,
  fieldOf: FieldOf,
  setError: UseFormSetError<Values>,
  { faults }: StaffWords,
): boolean {
  const found = error instanceof Refusal ? (error.body.errors ?? []) : [];
  for (const { pointer, message } of found) {
    const path = pointer
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    const field = fieldOf(path) as Parameters<typeof setError>[0];
    setError(field, { message: knownWords(message, faults) ?? faults.invalid });
  }
  return found.length > 0;
}
