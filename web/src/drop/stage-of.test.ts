import type { DropState, Entry } from '../api/types.ts';
import { fingerprintOf, isDecided, type QueuedEntry } from './queued-entry.ts';
import { phaseOf, type Terms } from '../live/drop-status.ts';
import { stageOf, type Known } from './stage-of.ts';

const opensAt = Date.parse('2030-01-01T12:00:00Z');
const closesAt = opensAt + 3_600_000;
const iso = (ms: number) => new Date(ms).toISOString();
const terms = { state: 'scheduled', opensAt: iso(opensAt), closesAt: iso(closesAt) } satisfies Terms;

const state: DropState = {
  dropId: 1,
  serverTime: iso(opensAt),
  phase: 'open',
  opensAt: iso(opensAt),
  closesAt: iso(closesAt),
  capacity: 10,
  free: 4,
  held: 3,
  sold: 3,
  standby: 0,
  soldOut: false,
  announcements: 0,
  termsVersion: 1,
};

const known = (changes: Partial<Known> = {}): Known => ({
  phase: 'open',
  state,
  entry: { status: 'none', version: 1 },
  queued: undefined,
  now: opensAt + 10_000,
  ...changes,
});
const queued = (before: Entry, ago = 1_000): QueuedEntry => ({
  at: opensAt + 10_000 - ago,
  quantity: 2,
  before: fingerprintOf(before),
});
const soldOut = { ...state, free: 0, soldOut: true };

test('the clock opens and closes a sale, whatever was said of it before', () => {
  expect(phaseOf(terms, undefined, opensAt - 1)).toBe('scheduled');
  expect(phaseOf(terms, { ...state, phase: 'scheduled' }, opensAt)).toBe('open');
  expect(phaseOf(terms, state, closesAt)).toBe('closed');
});

test('people pause, move and cancel it', () => {
  expect(phaseOf(terms, { ...state, phase: 'paused' }, opensAt + 1)).toBe('paused');
  expect(phaseOf(terms, { ...state, closesAt: iso(closesAt + 60_000) }, closesAt)).toBe('open');
  expect(phaseOf(terms, { ...state, phase: 'cancelled' }, opensAt - 1)).toBe('cancelled');
});

test('a sale shows what the clock says to who has no entry', () => {
  expect(stageOf(known({ phase: 'scheduled' })).kind).toBe('waiting');
  expect(stageOf(known()).kind).toBe('open');
  expect(stageOf(known({ state: soldOut }))).toEqual({ kind: 'gone', missed: false });
  expect(stageOf(known({ phase: 'closed', state: soldOut })).kind).toBe('closed');
});

test('until the first answers have come nothing is said that they could take back', () => {
  const loading = { isLoading: true, state: undefined, entry: undefined };
  expect(stageOf(known(loading)).kind).toBe('loading');
  expect(stageOf(known({ ...loading, phase: 'scheduled' })).kind).toBe('loading');
  expect(stageOf(known({ ...loading, entry: { status: 'none', version: 1 } })).kind).toBe('loading');
  expect(stageOf(known({ ...loading, entry: { status: 'paying', version: 1 } })).kind).toBe('paying');
  expect(stageOf(known({ ...loading, queued: queued({ status: 'none', version: 1 }) })).kind).toBe('queued');
});

test('an entry that was accepted is queued until an outcome comes that is not the one before', () => {
  const before: Entry = { status: 'released', version: 1, reason: 'expired' };
  const waiting = queued(before);
  expect(stageOf(known({ queued: waiting, entry: { status: 'none', version: 1 } })).kind).toBe('queued');
  expect(stageOf(known({ queued: waiting, entry: before })).kind).toBe('queued');
  expect(
    stageOf(known({ queued: waiting, entry: { status: 'standby', version: 1, position: 3 } })).kind,
  ).toBe('standby');
});

test('the same outcome once more is believed after a while', () => {
  const before: Entry = { status: 'sold_out', version: 1 };
  const now = opensAt + 10_000;
  expect(isDecided(queued(before, 5_000), before, now)).toBe(false);
  expect(isDecided(queued(before, 60_000), before, now)).toBe(true);
  expect(isDecided(queued(before, 60_000), { status: 'none', version: 1 }, now)).toBe(false);
});

test('who got nothing sees Buy again when a seat has come back', () => {
  const entry: Entry = { status: 'sold_out', version: 1 };
  expect(stageOf(known({ entry, state: soldOut }))).toEqual({ kind: 'gone', missed: true });
  expect(stageOf(known({ entry })).kind).toBe('open');
});

test('what is paid stays paid, and what is held stays held, in every phase', () => {
  for (const phase of ['open', 'paused', 'closed'] as const) {
    expect(stageOf(known({ phase, entry: { status: 'sold', version: 1, orderId: 'x' } })).kind).toBe('paid');
    expect(stageOf(known({ phase, entry: { status: 'held', version: 1, seats: ['0.1'] } })).kind).toBe(
      'held',
    );
  }
  expect(stageOf(known({ phase: 'cancelled', entry: { status: 'released', version: 1 } })).kind).toBe(
    'cancelled',
  );
});

test('a payment that waits for the buyer is still theirs to pay, until its own time', () => {
  const entry: Entry = {
    status: 'paying',
    version: 2,
    seats: ['0.1'],
    expiresAt: iso(opensAt + 60_000),
    checkoutToken: 't',
  };
  const payBy = iso(opensAt + 90_000);
  expect(stageOf(known({ entry: { ...entry, payBy } }))).toEqual({
    kind: 'held',
    seats: ['0.1'],
    expiresAt: opensAt + 90_000,
    checkoutToken: 't',
    hasBegun: true,
    isBeingPaid: false,
  });
  expect(stageOf(known({ entry }))).toEqual({ kind: 'paying', seats: ['0.1'] });
});

test('standby knows how many seats may come back, from the entry or from the figures', () => {
  const entry: Entry = { status: 'standby', version: 1, position: 2 };
  expect(stageOf(known({ entry }))).toMatchObject({ mayComeBack: 3 });
  expect(stageOf(known({ entry: { ...entry, mayComeBack: 5 } }))).toMatchObject({ mayComeBack: 5 });
  expect(stageOf(known({ entry, phase: 'closed' }))).toMatchObject({ kind: 'released', reason: 'closed' });
});

test('who let a hold lapse sees how long to wait, and then Buy', () => {
  const now = opensAt + 10_000;
  const retryAt = iso(now + 60_000);
  const released: Entry = { status: 'released', version: 1, reason: 'expired', retryAt };
  expect(stageOf(known({ entry: released }))).toEqual({
    kind: 'released',
    reason: 'expired',
    canTryAgain: true,
    retryAt: now + 60_000,
  });
  expect(stageOf(known({ entry: released, now: now + 60_000 }))).toMatchObject({ retryAt: undefined });

  const refused: Entry = { status: 'sold_out', version: 2, reason: 'hold_lapsed', retryAt };
  expect(stageOf(known({ entry: refused }))).toEqual({ kind: 'refused', retryAt: now + 60_000 });
  expect(stageOf(known({ entry: refused, now: now + 60_000 })).kind).toBe('open');
  // There is nothing to wait for if the drop is sold out or over.
  expect(stageOf(known({ entry: refused, state: soldOut }))).toEqual({ kind: 'gone', missed: false });
  expect(stageOf(known({ entry: refused, phase: 'closed' })).kind).toBe('closed');
});
