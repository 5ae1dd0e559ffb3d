import type { Request, Response } from 'express';
import { clientAt } from '../../shared/http/client-address.ts';
import { invalid } from '../../shared/tier/check-input.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { hungUp } from '../http/hung-up.ts';
import { Attempts } from './attempts.ts';
import { passwordMatches } from './passwords.ts';
import type { UserRow } from './user.ts';

/** Wrong passwords in five minutes. A person who uses a device of somebody else must not find out the password. */
const mostWrong = 10;
/** Of all routes that ask for it, so that none of them gives further guesses. */
const wrong = new Attempts();

/**
 * Asks a signed-in user for the password, before a change by which somebody else could take the account.
 * @throws {Problem} invalid_request with `password_wrong`, or too_many_requests
 */
export async function checkPresentPassword(
  { req, res }: { req: Request; res: Response },
  { email, password_hash }: Pick<UserRow, 'email' | 'password_hash'>,
  current: string,
  pointer = '/current',
): Promise<void> {
  const now = performance.now();
  // Counted before the comparison, so that many requests at once gain nothing.
  if (wrong.count(email, now) >= mostWrong)
    throw new Problem('too_many_requests', { retryAfter: wrong.msLeft(email, now) / 1000 });
  wrong.add(email, now);
  const turn = { kind: 'sign-in', client: clientAt(req.ip), email, gone: hungUp(res) } as const;
  if (!(await passwordMatches(current, password_hash, turn))) throw invalid(pointer, 'password_wrong');
  wrong.takeBack(email);
}
