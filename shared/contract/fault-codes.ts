/**
 * Every fault that `errors` of a problem can name, with a code that programs can depend on. Pages have words for each
 * code in each language (web/src/forms/words.ts), so they never compare the English messages.
 */

/** What the schema library finds by itself; its own message goes with the code. */
const schemaCodes = [
  /** Missing, or text of blanks alone. */
  'required',
  'wrong_type',
  'not_number',
  'not_whole',
  'too_small',
  'too_big',
  /** Of text, in UTF-16 code units. */
  'too_short',
  'too_long',
  /** Of lists. */
  'too_few',
  'too_many',
  'wrong_format',
  'not_an_option',
] as const;

/** The numbers that go with a code. */
export type FaultParams = {
  too_small: { minimum: number };
  too_big: { maximum: number };
  too_short: { minimum: number };
  too_long: { maximum: number };
  too_few: { minimum: number };
  too_many: { maximum: number };
  /** Bytes in UTF-8, of the whole address or of the part before the @. */
  address_too_long: { maximum: number };
  year_out_of_range: { minimum: number; maximum: number };
  too_many_seats: { maximum: number };
  section_taken: { dropId: number };
  /** Decimal numbers in the currency of the price. */
  charge_step: { step: string };
  charge_too_small: { lowest: string };
  charge_too_big: { highest: string };
  above_buyer_limit: { maximum: number };
  above_seat_count: { maximum: number };
};

type ParamsOf<C> = C extends keyof FaultParams ? FaultParams[C] : undefined;

/** The message of each fault that our own rules find. */
const messages = {
  unknown_field: () => 'Not a known field',
  body_not_expected: () => 'No body is expected here',
  nothing_to_change: () => 'Nothing to change',
  nonce_reused: () => 'Sent before, with another text',
  code_or_ticket: () => 'Needs either the code of a ticket, or its order and seat',
  in_the_future: () => 'Lies in the future: set the clock by `serverTime`',
  too_long_ago: () => 'Is more than 30 days ago',
  // text
  line_breaks: () => 'Must not contain line breaks or other control characters',
  control_characters: () => 'Must not contain control characters',
  hidden_characters: () => 'Must not contain hidden characters',
  not_unicode: () => 'Must be well-formed Unicode',
  nothing_visible: () => 'Must contain something that can be seen',
  too_many_lines: () => 'Must not have more than six lines',
  not_an_address: () => 'Not an e-mail address',
  password_common: () => 'This password is among the most common ones',
  password_repeats: () => 'The same few characters again and again',
  password_wrong: () => 'Not the present password',
  email_unchanged: () => 'This is your address already',
  code_wrong: () => 'Wrong, used before, or too old: ask for a new code',
  not_a_mobile_number: () => 'Not the number of a mobile phone with its country code',
  not_offered: () => 'Not offered, or cannot be switched off',
  password_is_email: () => 'Must not be your e-mail address or a part of it',
  address_too_long: ({ maximum }) => (maximum === 64 ? 'Too long before the @' : 'Too long'),
  // times
  year_out_of_range: ({ minimum, maximum }) => `The year must be between ${minimum} and ${maximum}`,
  in_the_past: () => 'Must not be in the past',
  not_after_opening: () => 'Must be after opensAt',
  /** The time until which tickets can be returned. */
  returns_before_opening: () => 'Must be after opensAt',
  /** A drop's `closesAt`. */
  closes_late: () => 'The drop would close after its event starts; `allowLate: true` allows that',
  /** An event's `startsAt`, which is before a drop of the event closes. */
  starts_before_closing: () => 'The drop would close after its event starts; `allowLate: true` allows that',
  /** An event's `startsAt`, which is before a drop of the event opens. */
  starts_before_opening: () => 'A drop would open after its event starts; move or cancel the drop first',
  before_from: () => 'Must not be before `from`',
  not_a_time_zone: () => 'Not a time zone',
  // drops
  not_a_currency: () => 'Not a currency (ISO 4217)',
  percent_decimals: () => 'Must not have more than three decimals',
  nothing_to_pay: () => 'These seats cost nothing, so no payment is taken',
  currency_not_charged: () => 'The payment provider does not charge this currency',
  charge_step: ({ step }) => `The payment provider charges only multiples of ${step}`,
  charge_too_small: ({ lowest }) => `The payment provider charges at least ${lowest}`,
  charge_too_big: ({ highest }) =>
    `The payment provider charges at most ${highest}, and a buyer may buy seats for more than that`,
  same_section: () => 'Two sections have the same name',
  section_taken: ({ dropId }) => `In drop ${dropId} of this event`,
  too_many_seats: ({ maximum }) => `More than ${maximum} seats`,
  fewer_seats: () => 'The drop has fewer seats',
  fewer_rows: () => 'There are fewer rows than partitions',
  same_choice: () => 'Two choices are the same',
  answer_not_a_choice: () => 'Must be one of the choices',
  // orders
  seat_twice: () => 'The same seat twice',
  not_in_order: () => 'Not a seat of this order',
  // entries
  above_buyer_limit: ({ maximum }) => `At most ${maximum} a buyer`,
  above_seat_count: ({ maximum }) => `The drop has only ${maximum} seats`,
} satisfies {
  [C in Exclude<keyof FaultParams, SchemaCode>]: (params: FaultParams[C]) => string;
} & Record<string, (params: never) => string>;

export type SchemaCode = (typeof schemaCodes)[number];
/** The codes of our own rules. */
export type OwnCode = keyof typeof messages;
export type FaultCode = SchemaCode | OwnCode;

export const faultCodes = [...schemaCodes, ...(Object.keys(messages) as OwnCode[])] as const;

/** What is wrong: a code, and its numbers if it has any. */
export type Coded<C extends FaultCode = FaultCode> = {
  [Code in C]: Code extends keyof FaultParams
    ? { code: Code; params: FaultParams[Code] }
    : { code: Code; params?: undefined };
}[C];

/** One fault in a request: where it is (a JSON pointer), what is wrong there, and the same in English. */
export type Fault = Coded & { pointer: string; message: string };

/** The arguments that a code needs beside itself. */
export type ParamsArgument<C extends FaultCode> = C extends keyof FaultParams ? [params: FaultParams[C]] : [];

export function messageOf<C extends OwnCode>(code: C, ...[params]: ParamsArgument<C>): string {
  return (messages[code] as (params: ParamsOf<C>) => string)(params as ParamsOf<C>);
}

/**
 * For `.refine(…)`: its message and its code. A schema of the contract names each of its own rules this way
 * (fault-codes.test.ts).
 */
export function fault<C extends OwnCode>(code: C, ...params: ParamsArgument<C>) {
  return { error: messageOf(code, ...params), params: { code, params: params[0] } };
}
