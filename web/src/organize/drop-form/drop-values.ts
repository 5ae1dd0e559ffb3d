/** What stands in the form of a drop, and what is sent for it. Everything typed is text until it is sent. */
import { takenSections } from '@seatdrop/shared/inventory/seat-names.ts';
import { decimal, minorDigits } from '@seatdrop/shared/contract/minor-units.ts';
import type { Drop, Event } from '../../api/types.ts';
import type { FieldFault } from '../../forms/form-fault.ts';
import type { FormRules } from '../../forms/contract-resolver.ts';
import { momentOf, typedTime, usableZone } from '../zoned-time.ts';
import { currencyOf } from './currency-names.ts';
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
  /** As it was typed. */
  currency: string;
  /** Empty: none. */
  feePerSeat: string;
  feePerOrder: string;
  feePercent: string;
  taxPercent: string;
  holdMinutes: string;
  payMinutes: string;
  maxPerBuyer: string;
  standbyLimit: string;
  lapsePauseSeconds: string;
  /** Empty: tickets cannot be returned. */
  returnsUntil: string;
  keepPercent: string;
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
    feePerSeat: '',
    feePerOrder: '',
    feePercent: '',
    taxPercent: '',
    holdMinutes: '5',
    payMinutes: '5',
    maxPerBuyer: '4',
    standbyLimit: '500',
    lapsePauseSeconds: '60',
    returnsUntil: '',
    keepPercent: '0',
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
    feePerSeat: shownFee(drop, 'perSeat'),
    feePerOrder: shownFee(drop, 'perOrder'),
    feePercent: shownRate(drop.fees?.percent),
    taxPercent: shownRate(drop.taxPercent),
    holdMinutes: minutesOf(drop.holdSeconds),
    payMinutes: minutesOf(drop.paySeconds),
    maxPerBuyer: String(drop.maxPerBuyer),
    standbyLimit: String(drop.standbyLimit),
    lapsePauseSeconds: String(drop.lapsePauseSeconds),
    returnsUntil: drop.returns ? typedTime(Date.parse(drop.returns.until), zone) : '',
    keepPercent: String(drop.returns?.keepPercent ?? 0),
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

function shownFee({ fees, price: { currency } }: Drop, name: 'perSeat' | 'perOrder'): string {
  const amount = fees?.[name] ?? 0;
  return amount === 0 ? '' : decimal({ amount, currency });
}

const shownRate = (percent = 0): string => (percent === 0 ? '' : String(percent));

const minutesOf = (seconds: number) => String(Math.round((seconds / 60) * 100) / 100);

function secondsOf(minutes: string): number | undefined {
  const typed = numberOf(minutes.replace(',', '.'));
  return typed === undefined ? undefined : Math.round(typed * 60);
}

/** The answer is kept as it was typed, which need not be quite as the choice is. */
function alike(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}

/** `timeZone`: in which its times are typed. */
function bodyOf(values: DropValues, timeZone: string) {
  const currency = currencyOf(values.currency);
  const price = readPrice(values.price, currency);
  return {
    opensAt: isoOf(values.opensAt, timeZone),
    closesAt: isoOf(values.closesAt, timeZone),
    ...(values.allowLate && { allowLate: true }),
    price: { amount: price.kind === 'amount' ? price.amount : undefined, currency },
    fees: {
      perSeat: feeOf(values.feePerSeat, currency),
      perOrder: feeOf(values.feePerOrder, currency),
      percent: rateOf(values.feePercent),
    },
    taxPercent: rateOf(values.taxPercent),
    holdSeconds: secondsOf(values.holdMinutes),
    paySeconds: secondsOf(values.payMinutes),
    maxPerBuyer: numberOf(values.maxPerBuyer),
    standbyLimit: numberOf(values.standbyLimit),
    lapsePauseSeconds: numberOf(values.lapsePauseSeconds),
    returns:
      values.returnsUntil === ''
        ? null
        : { until: isoOf(values.returnsUntil, timeZone), keepPercent: numberOf(values.keepPercent) },
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

/** NaN when it is no amount of this currency. */
function feeOf(typed: string, currency: string): number {
  const fee = readPrice(typed, currency);
  if (fee.kind === 'none') return 0;
  return fee.kind === 'amount' ? fee.amount : Number.NaN;
}

const rateOf = (typed: string): number => numberOf(typed.replace(',', '.')) ?? 0;

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

/** What is sent of a drop that is edited: its seats are settled, and questions that are not shown are not sent. */
export function termsOf(values: DropValues, timeZone: string, { questions: shown }: Drop) {
  const { sections: _, partitions: __, questions, ...terms } = bodyOf(values, timeZone);
  return shown ? { ...terms, questions } : terms;
}

const feeFields = { perSeat: 'feePerSeat', perOrder: 'feePerOrder', percent: 'feePercent' };

/** Which field of the form a part of the body comes from. */
function fieldOf(path: readonly string[], values: DropValues): string | undefined {
  if (isShownAtChoice(path, values)) return undefined;
  const [first = 'root', second, third, fourth] = path;
  if (first === 'price') return second === 'currency' ? 'currency' : 'price';
  if (first === 'holdSeconds') return 'holdMinutes';
  if (first === 'fees') return feeFields[second as keyof typeof feeFields];
  if (first === 'returns') return second === 'keepPercent' ? 'keepPercent' : 'returnsUntil';
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
}

/** The sections of which another drop of the event has the seats: their index, and the id of that drop. */
export function takenBy(sections: readonly SectionValues[], event: Event): Map<number, number> {
  const others = event.drops.filter(({ state }) => state !== 'cancelled');
  return new Map(takenSections(sections, others).map(({ index, drop }) => [index, drop.id]));
}

const newDropSchema = async () => (await import('@seatdrop/shared/contract/drops.ts')).newDrop;
const changesSchema = async () => (await import('@seatdrop/shared/contract/drops.ts')).dropChanges;

type DropFormRules = FormRules<DropValues, Partial<ReturnType<typeof bodyOf>>>;

/** `known`: the drop that is edited. */
export function dropRules(event: Event, known: Drop | undefined): DropFormRules {
  const timeZone = usableZone(event.timeZone);
  return {
    schema: known ? changesSchema : newDropSchema,
    bodyOf: (values) => (known ? termsOf(values, timeZone, known) : bodyOf(values, timeZone)),
    fieldOf,
    typed: (values) => typedFaults(values, timeZone),
    more: (values, body) => [
      ...(known ? termFaults(values, body, known) : sectionFaults(values, event)),
      ...(isLate(body.closesAt, event, known) && !values.allowLate
        ? [{ field: 'closesAt', fault: { code: 'closes_late' } } as const]
        : []),
    ],
  };
}

function sectionFaults({ sections }: DropValues, event: Event): FieldFault[] {
  return [...takenBy(sections, event)].map(([index, dropId]) => ({
    field: `sections.${index}.name`,
    fault: { code: 'section_taken', params: { dropId } },
  }));
}

/** What the schema of a new drop finds, and the one for changes cannot, since a change may leave out anything. */
function termFaults(
  values: DropValues,
  body: Partial<ReturnType<typeof bodyOf>>,
  { capacity }: Drop,
): FieldFault[] {
  const faults: FieldFault[] = [];
  for (const [name, value] of Object.entries(body)) {
    const field = value === undefined ? fieldOf([name], values) : undefined;
    if (field !== undefined) faults.push({ field, fault: { code: 'required' } });
  }
  if (Date.parse(body.closesAt ?? '') <= Date.parse(body.opensAt ?? '')) {
    faults.push({ field: 'closesAt', fault: { code: 'not_after_opening' } });
  }
  if (body.returns && Date.parse(body.returns.until ?? '') <= Date.parse(body.opensAt ?? '')) {
    faults.push({ field: 'returnsUntil', fault: { code: 'returns_before_opening' } });
  }
  if ((body.maxPerBuyer ?? 0) > capacity) {
    faults.push({ field: 'maxPerBuyer', fault: { code: 'fewer_seats' } });
  }
  return faults;
}

/** Whether it closes after its event begins, and later than it does now: what was allowed once stays allowed. */
export function isLate(closesAt: string | undefined, event: Event, known: Drop | undefined): boolean {
  const at = Date.parse(closesAt ?? '');
  return at > Date.parse(event.startsAt) && !(known && at <= Date.parse(known.closesAt));
}

/** The answer is one of the choices; when that one is empty, the fault is shown there. */
function isShownAtChoice([first, index, part]: readonly string[], { questions }: DropValues): boolean {
  if (first !== 'questions' || part !== 'answer') return false;
  const question = questions[Number(index)];
  return question?.kind === 'choices' && question.choices[Number(question.right)]?.text.trim() === '';
}

/** Faults that only what was typed shows, not what was made of it. */
function typedFaults(values: DropValues, timeZone: string): FieldFault[] {
  const faults: FieldFault[] = [];
  for (const field of ['opensAt', 'closesAt', 'returnsUntil'] as const) {
    if (momentOf(values[field], timeZone).kind === 'gap') faults.push({ field, fault: { code: 'time_gap' } });
  }
  const currency = currencyOf(values.currency);
  for (const field of ['price', 'feePerSeat', 'feePerOrder'] as const) {
    const { kind } = readPrice(values[field], currency);
    if (kind === 'number') faults.push({ field, fault: { code: 'not_number' } });
    if (kind === 'decimals') {
      const digits = minorDigits(currency);
      const example = decimal({ amount: 65 * 10 ** digits, currency });
      faults.push({ field, fault: { code: 'too_many_decimals', params: { digits, example } } });
    }
  }
  return faults;
}
