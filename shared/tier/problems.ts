import type { Fault } from '../contract/fault-codes.ts';

/**
 * Every error that an HTTP answer or a socket acknowledgement can carry, as RFC 9457 problem details with a stable
 * `code`. The `detail` is written for the user; internal details go to the log.
 */
export const problems = {
  // what was sent
  malformed_json: { status: 400, title: 'The body is not JSON' },
  invalid_request: { status: 422, title: 'The request is not valid' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'Send application/json' },
  search_too_broad: { status: 422, title: 'Too many orders match; search for more letters' },
  wrong_answer: { status: 422, title: 'That is not the answer' },
  wrong_question: { status: 422, title: 'That is not your question' },
  unknown_payment_token: { status: 422, title: 'The payment method is not known' },
  invalid_signature: { status: 401, title: 'The signature does not match' },
  // who sent it
  not_signed_in: { status: 401, title: 'Sign in first' },
  wrong_credentials: { status: 401, title: 'E-mail or password is wrong' },
  second_factor_wrong: { status: 401, title: 'That is not the passkey or the code' },
  bad_checkout_token: { status: 401, title: 'The checkout token is not valid' },
  second_step_over: { status: 410, title: 'This was used before, or took too long; start again' },
  link_not_valid: { status: 410, title: 'This link was used before, or is too old' },
  banned: { status: 403, title: 'This account is banned' },
  email_not_confirmed: {
    status: 403,
    title: 'Confirm your e-mail address first, with the link from our mail',
  },
  second_factor_required: {
    status: 403,
    title: 'Your role needs a second factor: add one, or prove it',
  },
  second_factor_again: { status: 403, title: 'Prove your second factor again for this' },
  not_allowed: { status: 403, title: 'Your role does not allow this' },
  cross_site_request: { status: 403, title: 'This request came from another site' },
  not_your_hold: { status: 403, title: 'This checkout token is for another buyer' },
  // what it is about
  not_found: { status: 404, title: 'There is no such thing here' },
  method_not_allowed: { status: 405, title: 'That method is not supported here' },
  account_in_use: { status: 409, title: 'The account cannot be deleted yet' },
  already_organizer: { status: 409, title: 'You are an organizer already' },
  request_open: { status: 409, title: 'Your request waits for an answer' },
  request_too_soon: { status: 409, title: 'Your last request was declined; ask again later' },
  request_decided: { status: 409, title: 'This request was decided before' },
  last_second_factor: { status: 409, title: 'Your role needs a second factor: add another one first' },
  too_many_passkeys: { status: 409, title: 'You have as many passkeys as you can have' },
  passkeys_not_possible: {
    status: 409,
    title: 'Passkeys need an address with a name, not an IP address',
  },
  email_taken: { status: 409, title: 'There is an account with this e-mail address' },
  drop_not_open: { status: 425, title: 'The drop is not open yet' },
  drop_paused: { status: 409, title: 'The drop is paused' },
  drop_closed: { status: 409, title: 'The drop is closed' },
  drop_cancelled: { status: 409, title: 'The drop was cancelled' },
  event_cancelled: { status: 409, title: 'The event was cancelled' },
  drop_sold_out: { status: 409, title: 'The drop is sold out' },
  drop_already_open: { status: 409, title: 'The drop has opened, so this can no longer change' },
  section_taken: { status: 409, title: 'Another drop of this event sells the seats of this section' },
  payouts_off: { status: 409, title: 'All money is the platform’s: organizers have no accounts' },
  payouts_not_ready: {
    status: 409,
    title: 'You cannot be paid yet: connect an account under Payouts first',
  },
  too_many_announcements: { status: 409, title: 'The drop has as many announcements as it can have' },
  no_holders: { status: 409, title: 'Nobody holds tickets' },
  no_entry: { status: 409, title: 'You have neither a hold nor a place in standby to give up' },
  // tickets
  already_checked_in: { status: 409, title: 'This ticket was used before' },
  check_in_undone: { status: 409, title: 'This check-in was undone since' },
  not_checked_in: { status: 409, title: 'This ticket is not checked in' },
  ticket_refunded: { status: 409, title: 'This ticket was refunded' },
  returns_closed: { status: 403, title: 'Tickets of this order cannot be returned, or no longer' },
  already_refunded: { status: 409, title: 'These seats were refunded before, or are being refunded' },
  ticket_not_valid: { status: 422, title: 'This is no ticket for this event' },
  // checkout
  payment_declined: { status: 402, title: 'The card was declined' },
  total_changed: { status: 409, title: 'The total is not what you agreed to' },
  hold_expired: { status: 409, title: 'The hold has ended' },
  already_paid: { status: 409, title: 'This hold is paid already' },
  payment_under_way: { status: 409, title: 'A payment for this hold is under way' },
  seats_lost: { status: 409, title: 'The seats could not be kept; nothing was charged or it is refunded' },
  // load and faults
  hold_lapsed: { status: 429, title: 'A hold of yours was not paid; wait before you enter again' },
  proof_required: {
    status: 429,
    title: 'After many wrong passwords, send a proof of work with this: solve the challenge',
  },
  too_many_requests: { status: 429, title: 'Too many requests' },
  too_many_mails: { status: 429, title: 'Too many mails about this; wait before the next one' },
  too_many_connections: { status: 429, title: 'Too many connections' },
  unavailable: { status: 503, title: 'Not available at the moment; try again' },
  internal: { status: 500, title: 'Something went wrong on our side' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problems;

export type ProblemBody = {
  type: string;
  title: string;
  status: number;
  code: ProblemCode;
  detail?: string;
  errors?: Fault[];
  /** Further members that a code defines, such as `opensAt` or `orderId`. */
  [extension: string]: unknown;
};

export type ProblemOptions = {
  detail?: string;
  errors?: Fault[];
  /** Seconds after which a retry makes sense; sent as the Retry-After header. */
  retryAfter?: number;
  extensions?: Record<string, unknown>;
  cause?: unknown;
};

/** An error answer. Throw it anywhere in the handling of a request; the tier's outermost layer writes the answer. */
export class Problem extends Error {
  override name = 'Problem';
  readonly code: ProblemCode;
  readonly status: number;
  readonly options: ProblemOptions;

  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(options.detail ?? problems[code].title, { cause: options.cause });
    this.code = code;
    this.status = problems[code].status;
    this.options = options;
  }
}

export function problemBody(code: ProblemCode, options: ProblemOptions = {}): ProblemBody {
  return {
    type: `urn:seatdrop:problem:${code}`,
    title: problems[code].title,
    status: problems[code].status,
    code,
    ...(options.detail === undefined ? {} : { detail: options.detail }),
    ...(options.errors === undefined ? {} : { errors: options.errors }),
    ...options.extensions,
  };
}

export const problemContentType = 'application/problem+json';
