import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { phoneBody, phoneCode } from '../../shared/contract/notifications.ts';
import { transact, type Database } from '../../shared/mysql/connect.ts';
import { invalid } from '../../shared/tier/check-input.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { isCodeOf } from './phone-code.ts';
import { codeSeconds, type PhoneRow } from './phones.ts';

/** Codes that one user can ask for, and that one number can be sent, in a day. Also at most one a minute. */
const mostADay = 5;
/** Wrong guesses of one code, after which it is worth nothing. */
const mostGuesses = 5;

const ownAffair = { nothing: 'users change their own phone number' };

export function changePhone({ db, newsChannels }: Pick<Deps, 'db' | 'newsChannels'>): Route {
  return defineRoute({
    method: 'PUT',
    path: '/api/me/phone',
    summary: 'Send a code to a phone number, for news by SMS',
    description:
      'The number is used once it is confirmed with the code. At most one code a minute and five a day, by user and by number. A code is valid for ten minutes and five guesses.',
    tag: 'Accounts',
    who: 'signed-in',
    body: phoneBody,
    success: { status: 204, description: 'A code is on its way' },
    problems: [],
    records: ownAffair,
    async handle({ body, session: { userId } }) {
      if (!newsChannels.includes('sms')) throw invalid('/number', 'not_offered');
      const number = mobileNumber(body.number);
      if (number === undefined) throw invalid('/number', 'not_a_mobile_number');
      await transact(db, (trx) => sendCode(trx, userId, number));
    },
  });
}

/** In E.164. Undefined for numbers that no text messages, or only dear ones, go to. */
function mobileNumber(typed: string): string | undefined {
  const parsed = parsePhoneNumberFromString(typed, { extract: false });
  const type = parsed?.isValid() ? parsed.getType() : undefined;
  return type === 'MOBILE' || type === 'FIXED_LINE_OR_MOBILE' ? parsed?.number : undefined;
}

async function sendCode(trx: Database, userId: number, number: string): Promise<void> {
  // One request of a user at a time, so that many at once do not all find that none was before them.
  await trx('users').where({ id: userId }).forUpdate().first('id');
  const recent: { age: number }[] = await trx('phone_codes')
    .where((same) => void same.where({ user_id: userId }).orWhere({ number }))
    .whereRaw('created_at > now(3) - interval 1 day')
    .select(trx.raw('timestampdiff(second, created_at, now(3)) as age'));
  const ages = recent.map(({ age }) => age);
  const youngest = Math.min(...ages);
  if (ages.length >= mostADay)
    throw new Problem('too_many_requests', { retryAfter: 86_400 - Math.max(...ages) });
  if (youngest < 60) throw new Problem('too_many_requests', { retryAfter: 60 - youngest });
  await trx('phone_codes')
    .where({ user_id: userId })
    .whereNull('confirmed_at')
    .whereNull('ended_at')
    .update({ ended_at: trx.raw('now(3)') });
  const [codeId = 0] = await trx('phone_codes').insert({
    user_id: userId,
    number,
    created_at: trx.raw('now(3)'),
  });
  await trx('outbox').insert({
    topic: 'phone-code',
    channel: 'sms',
    priority: 0,
    unique_id: `phone-code.${codeId}`,
    payload: JSON.stringify({ codeId }),
  });
}

export function confirmPhone({ db, sessionKeys }: Pick<Deps, 'db' | 'sessionKeys'>): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/me/phone/confirm',
    summary: 'Confirm the phone number with the code sent to it',
    tag: 'Accounts',
    who: 'signed-in',
    body: phoneCode,
    success: { status: 204, description: 'News can be sent to the number; an earlier one is forgotten' },
    problems: [],
    records: ownAffair,
    async handle({ body: { code }, session: { userId } }) {
      const confirmed = await transact(db, async (trx) => {
        const row: PhoneRow | undefined = await trx<PhoneRow>('phone_codes')
          .where({ user_id: userId })
          .whereNull('confirmed_at')
          .whereNull('ended_at')
          .where('guesses', '<', mostGuesses)
          .whereRaw('created_at > now(3) - interval ? second', [codeSeconds])
          .orderBy('id', 'desc')
          .forUpdate()
          .first();
        if (!row) return false;
        const { id } = row;
        // Committed, since a wrong guess counts.
        await trx('phone_codes').where({ id }).increment('guesses', 1);
        if (!isCodeOf(row, code, sessionKeys)) return false;
        await endPhones(trx, userId, id);
        await trx('phone_codes')
          .where({ id })
          .update({ confirmed_at: trx.raw('now(3)') });
        return true;
      });
      if (!confirmed) throw invalid('/code', 'code_wrong');
    },
  });
}

export function removePhone({ db }: Pick<Deps, 'db'>): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/me/phone',
    summary: 'Remove the phone number: no more news by SMS',
    tag: 'Accounts',
    who: 'signed-in',
    success: { status: 204, description: 'No number is known' },
    problems: [],
    records: ownAffair,
    async handle({ session: { userId } }) {
      await endPhones(db, userId);
    },
  });
}

async function endPhones(db: Database, userId: number, except = 0): Promise<void> {
  await db('phone_codes')
    .where({ user_id: userId })
    .whereNot({ id: except })
    .whereNull('ended_at')
    .update({ ended_at: db.raw('now(3)') });
}
