import { presentLine } from '../ledger/present-line.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { Attempts } from '../accounts/attempts.ts';
import type { SessionRow } from '../accounts/session-rows.ts';
import { findUser, type UserRow } from '../accounts/user.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, TextStream, type Route } from '../http/route.ts';
import { orderPresenter, type OrderRow } from '../orders/present-orders.ts';
import { readPayments } from '../orders/read-payments.ts';
import { presentRequest, type RequestRow } from '../organizer-requests/request-rows.ts';
import { factsOf } from '../receipts/frozen-facts.ts';

/** Exports of a user in five minutes. */
const mostExports = 5;
/** Rows, or drops, read at a time: an export of any length needs little memory. */
const pageSize = 200;

export function exportData({ db }: Pick<Deps, 'db'>): Route {
  const made = new Attempts();
  return defineRoute({
    method: 'GET',
    path: '/api/me/export',
    summary: 'Download all that is stored about you',
    description:
      'JSON. Profile, sessions, orders with their payments, refunds and check-ins, entries and what became of them, and ' +
      'what you did as an organizer or admin. Nothing about other people, and no passwords, codes of tickets or keys. At ' +
      `most ${mostExports} times in five minutes.`,
    tag: 'Accounts',
    who: 'signed-in',
    // Also those who are banned have a right to their data.
    scopes: ['tickets'],
    success: { status: 200, contentType: 'application/json', description: 'Your data' },
    problems: [],
    async handle({ session: { userId } }) {
      const user = await findUser(db, { id: userId });
      if (!user) throw new Problem('not_signed_in');
      const key = String(userId);
      const now = performance.now();
      if (made.count(key, now) >= mostExports)
        throw new Problem('too_many_requests', { retryAfter: made.msLeft(key, now) / 1000 });
      made.add(key, now);
      return new TextStream('seatdrop-my-data.json', jsonOf(db, user));
    },
  });
}

async function* jsonOf(db: Database, user: UserRow): AsyncGenerator<string> {
  yield `{\n"exportedAt": ${JSON.stringify(new Date())},\n"profile": ${JSON.stringify(profileOf(user), null, 2)}`;
  for (const [name, pages] of Object.entries(partsOf(db, user))) {
    yield `,\n${JSON.stringify(name)}: [`;
    let separator = '\n';
    for await (const items of pages) {
      for (const item of items) {
        yield `${separator}${JSON.stringify(item, null, 2)}`;
        separator = ',\n';
      }
    }
    yield ']';
  }
  yield '\n}\n';
}

/** The other columns of the row are left out, for the reasons in `userColumns` (personal-data.ts). */
function profileOf({ id, email, name, role, locale, banned_at, created_at }: UserRow) {
  return { id, email, name, role, language: locale, bannedAt: banned_at, createdAt: created_at };
}

/** Each part in pages. The names are those in `personalColumns` (personal-data.ts). */
function partsOf(db: Database, { id, email }: UserRow): Record<string, AsyncIterable<object[]>> {
  return {
    sessions: once(async () =>
      (await db<SessionRow>('sessions').where({ user_id: id }).orderBy('made_at')).map((row) => ({
        madeAt: row.made_at,
        seenAt: row.seen_at,
        endedAt: row.ended_at,
        browser: row.browser,
        system: row.system,
        address: row.address,
      })),
    ),
    links: once(() =>
      db('account_links')
        .where({ user_id: id })
        .orWhere({ email })
        .orderBy('id')
        .select('purpose', 'email', { askedAt: 'created_at', endedAt: 'ended_at' }),
    ),
    ...newsOf(db, id),
    ...factorsOf(db, id),
    organizerRequests: once(async () =>
      (await db<RequestRow>('organizer_requests').where({ user_id: id }).orderBy('id')).map(presentRequest),
    ),
    orders: ordersOf(db, id),
    entries: entriesOf(db, id),
    events: paged((after) =>
      db('events')
        .where({ organizer_id: id })
        .where('id', '>', after ?? 0)
        .orderBy('id')
        .limit(pageSize)
        .select('id', 'title', 'description', 'venue', {
          startsAt: 'starts_at',
          timeZone: 'time_zone',
          createdAt: 'created_at',
        }),
    ),
    seller: once(() =>
      db('sellers')
        .where({ organizer_id: id })
        .select('name', 'address', { taxNumber: 'tax_number', updatedAt: 'updated_at' }),
    ),
    payoutAccounts: once(() =>
      db('payout_accounts')
        .where({ user_id: id })
        .orderBy('number')
        .select('provider', { account: 'provider_ref', createdAt: 'created_at', endedAt: 'ended_at' }),
    ),
    ticketsChecked: once(() => ticketsChecked(db, id)),
    acts: actsOf(db, id),
  };
}

function newsOf(db: Database, id: number): Record<string, AsyncIterable<object[]>> {
  return {
    chosenNews: once(() =>
      db('notification_choices').where({ user_id: id }).select('kind', 'channel', { on: 'chosen' }),
    ),
    phones: once(() =>
      db('phone_codes')
        .where({ user_id: id })
        .orderBy('id')
        .select('number', { askedAt: 'created_at', confirmedAt: 'confirmed_at', endedAt: 'ended_at' }),
    ),
    reminders: once(() =>
      db('reminders')
        .where({ user_id: id })
        .orderBy('drop_id')
        .select({ dropId: 'drop_id', toldFor: 'told_for' }),
    ),
  };
}

/** Without keys, secrets and codes. */
function factorsOf(db: Database, id: number): Record<string, AsyncIterable<object[]>> {
  return {
    passkeys: once(() =>
      db('passkeys')
        .where({ user_id: id })
        .orderBy('id')
        .select('name', { createdAt: 'created_at', usedAt: 'used_at' }),
    ),
    authenticatorApps: once(() =>
      db('second_factors')
        .where({ user_id: id })
        .whereNotNull('totp_added_at')
        .select({ addedAt: 'totp_added_at' }),
    ),
  };
}

async function* once<T extends object>(read: () => PromiseLike<T[]>): AsyncGenerator<T[]> {
  yield await read();
}

/** @param read the rows after this id, in order */
async function* paged<T extends { id: number }>(
  read: (after: number | undefined) => PromiseLike<T[]>,
): AsyncGenerator<T[]> {
  for (let after: number | undefined; ;) {
    const rows = await read(after);
    if (rows.length === 0) return;
    yield rows;
    after = rows.at(-1)!.id;
  }
}

async function* ordersOf(db: Database, userId: number): AsyncGenerator<object[]> {
  for (let last: OrderRow | undefined; ;) {
    const rows: OrderRow[] = await db<OrderRow>('orders')
      .where({ user_id: userId })
      .modify((later) => {
        if (last) void later.whereRaw('(created_at, id) > (?, ?)', [last.created_at, last.id]);
      })
      .orderBy(['created_at', 'id'])
      .limit(pageSize);
    const present = await orderPresenter(db, rows, 'buyer');
    for (const row of rows) {
      yield [
        {
          ...present(row),
          receipt: await factsOf(db, row),
          ...ownPayments(await readPayments(db, row.id)),
          checkIns: await checkInsOf(db, row.id),
        },
      ];
    }
    last = rows.at(-1);
    if (!last) return;
  }
}

/** To whom a payment went on is the organizer's. */
function ownPayments({ attempts, ...others }: Awaited<ReturnType<typeof readPayments>>) {
  return { payments: attempts.map((each) => ({ ...each, payout: undefined })), ...others };
}

/** Not who checked the ticket in. */
async function checkInsOf(db: Database, orderId: string): Promise<object[]> {
  const fields = { seat: 'seat_id', checkedInAt: 'checked_in_at' };
  const [valid, undone] = await Promise.all([
    db('check_ins').where({ order_id: orderId }).select(fields) as Promise<object[]>,
    db('undone_check_ins')
      .where({ order_id: orderId })
      .select({ ...fields, undoneAt: 'undone_at' }) as Promise<object[]>,
  ]);
  return [...valid, ...undone];
}

type OwnLine = {
  drop_id: number;
  partition: number;
  seq: number;
  stream_id: string;
  record: string;
  hash: Buffer;
};

/**
 * The archived records of the ledger that name the user, drop by drop: the index by user is one of each drop. With them
 * the payments of holds that did not become orders.
 */
async function* entriesOf(db: Database, userId: number): AsyncGenerator<object[]> {
  const drops = paged((after) =>
    db('drops')
      .where('id', '>', after ?? 0)
      .orderBy('id')
      .limit(pageSize)
      .select<{ id: number }[]>('id'),
  );
  for await (const page of drops) {
    const lines: OwnLine[] = await db('ledger_buyers as own')
      .join('ledger', (same) => {
        void same
          .on('ledger.drop_id', 'own.drop_id')
          .andOn('ledger.partition', 'own.partition')
          .andOn('ledger.seq', 'own.seq');
      })
      .whereIn(
        'own.drop_id',
        page.map(({ id }) => id),
      )
      .where({ 'own.user_id': userId })
      .orderBy(['own.drop_id', 'own.partition', 'own.seq'])
      .select('ledger.*');
    for (const ofDrop of Map.groupBy(lines, ({ drop_id }) => drop_id).values()) {
      yield [await entryOf(db, userId, ofDrop)];
    }
  }
}

async function entryOf(db: Database, userId: number, lines: readonly OwnLine[]): Promise<object> {
  const records = lines.map(({ partition, seq, stream_id, record, hash }) =>
    presentLine(
      partition,
      { seq, streamId: stream_id, fields: JSON.parse(record) as string[], hash },
      userId,
    ),
  );
  const holdIds = new Set(
    records.flatMap(({ entryId, entries }) => [
      ...(entryId === undefined ? [] : [entryId]),
      ...(entries ?? []).map((entry) => entry.entryId),
    ]),
  );
  const ordered: string[] = await db('orders')
    .whereIn('id', [...holdIds])
    .pluck('id');
  const payments = [];
  for (const holdId of holdIds) {
    if (ordered.includes(holdId)) continue;
    const { payments: own } = ownPayments(await readPayments(db, holdId));
    if (own.length > 0) payments.push({ entryId: holdId, payments: own });
  }
  return { dropId: lines[0]!.drop_id, records, ...(payments.length > 0 && { payments }) };
}

/** As figures of each event: which tickets they were is about their holders. */
async function ticketsChecked(db: Database, userId: number): Promise<object[]> {
  const figures = (table: string, by: string, at: string, what: string) =>
    db(table)
      .where({ [by]: userId })
      .groupBy('event_id')
      .select({ eventId: 'event_id' }, db.raw('? as what', [what]))
      .count({ count: '*' })
      .min({ first: at })
      .max({ last: at }) as unknown as Promise<object[]>;
  const found = await Promise.all([
    figures('check_ins', 'checked_in_by', 'checked_in_at', 'checked in'),
    figures('undone_check_ins', 'checked_in_by', 'checked_in_at', 'checked in, undone since'),
    figures('double_admissions', 'admitted_by', 'admitted_at', 'admitted a second time'),
    figures('undone_check_ins', 'undone_by', 'undone_at', 'undone'),
  ]);
  return found.flat();
}

/** Not what the acts changed, which may be about others. */
const actsOf = (db: Database, userId: number) =>
  paged((after) =>
    db('audit_log')
      .where({ actor_id: userId })
      .where('id', '>', after ?? 0)
      .orderBy('id')
      .limit(pageSize)
      .select<{ id: number }[]>('id', 'act', 'address', {
        at: 'acted_at',
        role: 'actor_role',
        subjectKind: 'subject_kind',
        subjectId: 'subject_id',
      }),
  );
