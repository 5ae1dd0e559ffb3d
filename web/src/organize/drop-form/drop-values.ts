/** What stands in the form of a drop, and what is sent for it. Everything typed is text until it is sent. */
import type { Resolver } from 'react-hook-form';
import { takenSections } from '@seatdrop/shared/inventory/seat-names.ts';
import { decimal, minorDigits } from '@seatdrop/shared/contract/minor-units.ts';
import type { Drop, Event } from '../../api/types.ts';
import type { StaffWords } from '../../staff/words/en.ts';
import { issueWords, resultOf, type FieldOf } from '../form-faults.ts';
import { loadDropSchemas } from '../load-schemas.ts';
import { momentOf, typedTime, usableZone } from '../zoned-time.ts';
import { readPrice } from './price.ts';

export type SectionValues = { name: string; rows: string; seatsPerRow: string };
export type QuestionValues = {
  text: string;
  kind: 'text' | 'choices';
  answer: string;
  choices: { text: string }[];
  /** Which choice is right, by index. */
  right: string;
};
export type DropValues = {
  opensAt: string;
  closesAt: string;
  /** It may close after the event begins. */
  allowLate: boolean;
  price: string;
  currency: string;
  holdMinutes: string;
  maxPerBuyer: string;
  standbyLimit: string;
  lapsePauseSeconds: string;
  partitions: string;
  sections: SectionValues[];
  questions: QuestionValues[];
};

export const emptySection: SectionValues = { name: '', rows: '', seatsPerRow: '' };
export const emptyQuestion: QuestionValues = {
  text: '',
  kind: 'choices',
  answer: '',
  choices: [{ text: '' }, { text: '' }, { text: '' }],
  right: '0',
};

const hour = 3_600_000;
const day = 24 * hour;

/** A sale that would do for most: tomorrow at this hour, until the event begins. */
export function newDropValues(event: Event, now: number): DropValues {
  const zone = usableZone(event.timeZone);
  const startsAt = Date.parse(event.startsAt);
  const fullHour = (at: number) => Math.ceil(at / hour) * hour;
  // Where the event begins before that, the sale opens at the next full hour.
  const opensAt = fullHour(now + day) < startsAt ? fullHour(now + day) : fullHour(now);
  const closesAt = startsAt > opensAt ? startsAt : opensAt + day;
  return {
    opensAt: typedTime(opensAt, zone),
    closesAt: typedTime(closesAt, zone),
    allowLate: false,
    price: '',
    currency: event.drops.at(-1)?.price.currency ?? 'EUR',
    holdMinutes: '5',
    maxPerBuyer: '4',
    standbyLimit: '500',
    lapsePauseSeconds: '60',
    partitions: '1',
    sections: [emptySection],
    questions: [emptyQuestion],
  };
}

export function dropValues(drop: Drop, event: Event): DropValues {
  const zone = usableZone(event.timeZone);
  return {
    opensAt: typedTime(Date.parse(drop.opensAt), zone),
    closesAt: typedTime(Date.parse(drop.closesAt), zone),
    allowLate: false,
    price: decimal(drop.price),
    currency: drop.price.currency,
    holdMinutes: String(Math.round((drop.holdSeconds / 60) * 100) / 100),
    maxPerBuyer: String(drop.maxPerBuyer),
    standbyLimit: String(drop.standbyLimit),
    lapsePauseSeconds: String(drop.lapsePauseSeconds),
    partitions: '1',
    sections: drop.sections.map(({ name, rows, seatsPerRow }) => ({
      name,
      rows: String(rows),
      seatsPerRow: String(seatsPerRow),
    })),
    questions: (drop.questions ?? []).map(({ text, choices, answer }) => ({
      text,
      kind: choices ? 'choices' : 'text',
      answer: choices ? '' : answer,
      choices: (choices ?? ['', '', '']).map((choice) => ({ text: choice })),
      right: String(Math.max(0, choices?.findIndex((choice) => alike(choice, answer)) ?? 0)),
    })),
  };
}

/** The answer is kept as it was typed, which need not be quite as the choice is. */
function alike(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}

/** `timeZone`: in which its times are typed. */
export function bodyOf(values: DropValues, timeZone: string) {
  const { currency, holdMinutes } = values;
  const price = readPrice(values.price, currency);
  const minutes = numberOf(holdMinutes.replace(',', '.'));
  return {
    opensAt: isoOf(values.opensAt, timeZone),
    closesAt: isoOf(values.closesAt, timeZone),
    ...(values.allowLate && { allowLate: true }),
    price: { amount: price.kind === 'amount' ? price.amount : undefined, currency },
    holdSeconds: minutes === undefined ? undefined : Math.round(minutes * 60),
    maxPerBuyer: numberOf(values.maxPerBuyer),
    standbyLimit: numberOf(values.standbyLimit),
    lapsePauseSeconds: numberOf(values.lapsePauseSeconds),
    partitions: numberOf(values.partitions),
    sections: values.sections.map(({ name, rows, seatsPerRow }) => ({
      name,
      rows: numberOf(rows),
      seatsPerRow: numberOf(seatsPerRow),
    })),
    questions: values.questions.map(({ text, kind, answer, choices, right }) =>
      kind === 'text'
        ? { text, answer }
        : { text, choices: choices.map((choice) => choice.text), answer: choices[Number(right)]?.text ?? '' },
    ),
  };
}

/** Undefined when nothing is typed, NaN when it is no number. */
function numberOf(typed: string): number | undefined {
  const text = typed.trim();
  if (text === '') return undefined;
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
}

export function isoOf(typed: string, timeZone: string): string | undefined {
  const meant = momentOf(typed, timeZone);
  return meant.kind === 'moment' ? new Date(meant.at).toISOString() : undefined;
}

/** Which field of the form a part of the body comes from. */
export const fieldOf: FieldOf = (path) => {
  const [first = 'root', second, third, fourth] = path;
  if (first === 'price') return second === 'currency' ? 'currency' : 'price';
  if (first === 'holdSeconds') return 'holdMinutes';
  if (first === 'sections' || first === 'questions') {
    if (second === undefined) return `${first}.root`;
    if (third === 'choices') {
      return fourth === undefined
        ? `questions.${second}.answer`
        : `questions.${second}.choices.${fourth}.text`;
    }
    return third === undefined ? `${first}.${second}.root` : `${first}.${second}.${third}`;
  }
  return first;
};

/** The sections, by index, of which another sale of the event has the seats, and what to say of it. */
export function takenFaults(sections: readonly SectionValues[], event: Event, { faults }: StaffWords) {
  const others = event.drops.filter(({ state }) => state !== 'cancelled');
  return new Map(
    takenSections(sections, others).map(({ index, drop }) => [index, faults.sectionTaken(drop.id)]),
  );
}

/** `known`: the drop that is edited; its seats are settled, and questions that are not shown are not checked. */
export function dropRules(words: StaffWords, event: Event, known: Drop | undefined): Resolver<DropValues> {
  return async (values) => {
    const schemas = await loadDropSchemas().catch(() => undefined);
    // Rules that did not come hold nobody up: the server has them too.
    if (!schemas) return { values, errors: {} };
    const timeZone = usableZone(event.timeZone);
    const body = bodyOf(values, timeZone);
    const { sections: _, partitions: __, questions, ...terms } = body;
    const parsed = known
      ? schemas.dropChanges.safeParse(known.questions ? { ...terms, questions } : terms)
      : schemas.newDrop.safeParse(body);
    const issues = parsed.error?.issues ?? [];
    const faults = issues
      .filter((issue) => !isSaidAtChoice(issue.path, values))
      .map((issue) => {
        const field = fieldOf(issue.path.map(String));
        return { field, message: ownFault(field, values, timeZone, words) ?? issueWords(issue, body, words) };
      });
    if (!known) {
      for (const [index, message] of takenFaults(values.sections, event, words))
        faults.push({ field: `sections.${index}.name`, message });
    }
    // What a new drop's schema says of its two times and of its seats, the one for changes cannot.
    if (known && Date.parse(body.closesAt ?? '') <= Date.parse(body.opensAt ?? '')) {
      faults.push({ field: 'closesAt', message: words.faults.afterOpening });
    }
    if (isLate(body.closesAt, event, known) && !values.allowLate) {
      faults.push({ field: 'closesAt', message: words.faults.late });
    }
    if (known && (body.maxPerBuyer ?? 0) > known.capacity) {
      faults.push({ field: 'maxPerBuyer', message: words.faults.fewSeats });
    }
    return resultOf(values, faults);
  };
}

/** Whether it closes after its event begins, and later than it does now: what was allowed once stays allowed. */
export function isLate(closesAt: string | undefined, event: Event, known: Drop | undefined): boolean {
  const at = Date.parse(closesAt ?? '');
  return at > Date.parse(event.startsAt) && !(known && at <= Date.parse(known.closesAt));
}

/** The answer is one of the choices; when that one is empty, it says so itself. */
function isSaidAtChoice([first, index, part]: readonly PropertyKey[], { questions }: DropValues): boolean {
  if (first !== 'questions' || part !== 'answer') return false;
  const question = questions[Number(index)];
  return question?.kind === 'choices' && question.choices[Number(question.right)]?.text.trim() === '';
}

/** Faults that only what was typed shows, not what was made of it. */
function ownFault(
  field: string,
  values: DropValues,
  timeZone: string,
  { faults }: StaffWords,
): string | undefined {
  if (field === 'opensAt' || field === 'closesAt') {
    return momentOf(values[field], timeZone).kind === 'gap' ? faults.gap : undefined;
  }
  if (field !== 'price') return undefined;
  const { currency } = values;
  const { kind } = readPrice(values.price, currency);
  const digits = minorDigits(currency);
  if (kind === 'number') return faults.number;
  return kind === 'decimals'
    ? faults.decimals(digits, decimal({ amount: 65 * 10 ** digits, currency }))
    : undefined;
}
