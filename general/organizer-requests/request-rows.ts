/** Requests of users to become organizers. */
import type { z } from 'zod';
import type { ownOrganizerRequest } from '../../shared/contract/organizer-requests.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import type { UserRow } from '../accounts/user.ts';

export type RequestRow = {
  id: number;
  user_id: number;
  text: string;
  status: 'open' | 'accepted' | 'declined';
  created_at: Date;
  decided_at: Date | null;
  decided_by: number | null;
  reason: string | null;
};

/** Days after a declined request before its user may ask again. */
const waitDays = 7;

export function presentRequest({ id, text, status, created_at, decided_at, reason }: RequestRow) {
  return {
    id,
    text,
    status,
    createdAt: created_at.toISOString(),
    decidedAt: decided_at?.toISOString() ?? null,
    reason,
  };
}

export async function lastRequestOf(db: Database, userId: number): Promise<RequestRow | undefined> {
  return db<RequestRow>('organizer_requests').where({ user_id: userId }).orderBy('id', 'desc').first();
}

export function presentOwn(
  last: RequestRow | undefined,
  role: UserRow['role'],
): z.input<typeof ownOrganizerRequest> {
  const { mayAsk, from } = role === 'shopper' ? whenMayAsk(last) : { mayAsk: false, from: null };
  return {
    request: last ? presentRequest(last) : null,
    mayAsk,
    mayAskAt: from?.toISOString() ?? null,
  };
}

/** `from`: null while a request is open. */
export function whenMayAsk(last: RequestRow | undefined): { mayAsk: boolean; from: Date | null } {
  if (last?.status === 'open') return { mayAsk: false, from: null };
  const now = Date.now();
  const declinedAt = last?.status === 'declined' ? last.decided_at?.getTime() : undefined;
  const from = Math.max(now, declinedAt === undefined ? 0 : declinedAt + waitDays * 86_400_000);
  return { mayAsk: from <= now, from: new Date(from) };
}
