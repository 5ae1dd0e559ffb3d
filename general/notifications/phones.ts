import type { Database } from '../../shared/mysql/connect.ts';

/** A row of `phone_codes`. */
export type PhoneRow = {
  id: number;
  user_id: number;
  number: string;
  created_at: Date;
  guesses: number;
  confirmed_at: Date | null;
  ended_at: Date | null;
};

/** The confirmed phone number of each user who has one. */
export async function confirmedPhones(
  db: Database,
  userIds: readonly number[],
): Promise<Map<number, string>> {
  const rows = await db<PhoneRow>('phone_codes')
    .whereIn('user_id', [...userIds])
    .whereNotNull('confirmed_at')
    .whereNull('ended_at')
    .orderBy('id')
    .select('user_id', 'number');
  return new Map(rows.map(({ user_id, number }) => [user_id, number]));
}

/** Seconds for which a code is valid. */
export const codeSeconds = 600;

/** The number that the user has, or the one that waits for its code if that was sent later. */
export function latestPhone(db: Database, userId: number): Promise<PhoneRow | undefined> {
  return db<PhoneRow>('phone_codes')
    .where({ user_id: userId })
    .whereNull('ended_at')
    .where(
      (known) =>
        void known
          .whereNotNull('confirmed_at')
          .orWhereRaw('created_at > now(3) - interval ? second', [codeSeconds]),
    )
    .orderBy('id', 'desc')
    .first();
}
