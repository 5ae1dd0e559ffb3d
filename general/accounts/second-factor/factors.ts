/** The second factors of users, as they are stored. */
import type { Database } from '../../../shared/mysql/connect.ts';

export type PasskeyRow = {
  id: number;
  user_id: number;
  credential_id: string;
  public_key: Buffer;
  counter: number;
  transports: string;
  name: string;
  created_at: Date;
  used_at: Date | null;
};

export type FactorRow = {
  user_id: number;
  totp_secret: string | null;
  totp_added_at: Date | null;
  totp_step: number | null;
  /** MySQL's driver parses JSON; MariaDB's JSON is text. */
  recovery_hashes: string | string[] | null;
  wrong_codes: number;
  wrong_since: Date | null;
};

export type Factors = { passkeys: PasskeyRow[]; row: FactorRow | undefined };

export async function readFactors(db: Database, userId: number): Promise<Factors> {
  const passkeys = await db<PasskeyRow>('passkeys').where({ user_id: userId }).orderBy('id');
  const row = await db<FactorRow>('second_factors').where({ user_id: userId }).first();
  return { passkeys, row };
}

/** Recovery codes are no factor: they stand in for one. */
export function countFactors({ passkeys, row }: Factors): number {
  return passkeys.length + (row?.totp_secret == null ? 0 : 1);
}

export async function hasFactor(db: Database, userId: number): Promise<boolean> {
  return countFactors(await readFactors(db, userId)) > 0;
}

/**
 * The factors of a user, within a transaction that changes them or counts a wrong code: one at a time for each user.
 */
export async function lockFactors(trx: Database, userId: number): Promise<Factors & { row: FactorRow }> {
  const locked = () => trx<FactorRow>('second_factors').where({ user_id: userId }).forUpdate().first();
  let row = await locked();
  if (!row) {
    // Only if there is none: an insert that finds a row locks it in a way that lets two requests wait for each other.
    await trx('second_factors').insert({ user_id: userId }).onConflict('user_id').ignore();
    row = await locked();
  }
  return { passkeys: (await readFactors(trx, userId)).passkeys, row: row! };
}

export function changeFactors(
  trx: Database,
  userId: number,
  changes: Partial<Record<keyof FactorRow, unknown>>,
): Promise<number> {
  return Promise.resolve(trx('second_factors').where({ user_id: userId }).update(changes));
}

export function recoveryHashesOf({ recovery_hashes: stored }: Pick<FactorRow, 'recovery_hashes'>): string[] {
  return typeof stored === 'string' ? (JSON.parse(stored) as string[]) : (stored ?? []);
}
