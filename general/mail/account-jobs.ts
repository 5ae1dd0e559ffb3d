/** Mails about accounts: links (general/accounts/account-links.ts), and news of what was changed. */
import { z } from 'zod';
import { accountMailJob, type AccountMailJob } from '../../lambda/send-email/account-mail-job.ts';
import type { KeyList } from '../../shared/auth/key-list.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import type { LinkRow } from '../accounts/account-links.ts';
import { signLink, type LinkPurpose } from '../accounts/link-token.ts';
import type { Locale } from '../accounts/locale.ts';
import type { RequestRow } from '../organizer-requests/request-rows.ts';
import type { Made } from './made-mail.ts';
import type { OutboxRow } from './outbox.ts';

export type AccountJobDeps = { db: Database; publicUrl: URL; sessionKeys: KeyList };

/** `key` tells the mails of one topic to one user apart. */
const payload = z.union([
  z.object({ linkId: z.int() }),
  z.object({
    userId: z.int(),
    key: z.string(),
    /** An address that is no longer that of the user, or may not be. */
    to: z.string().optional(),
  }),
  z.object({ requestId: z.int() }),
  // An account that is gone: its row no longer knows where to write to.
  z.object({
    to: z.object({ email: z.string(), locale: z.enum(['en', 'zh-Hant']).nullable() }),
    key: z.string(),
  }),
]);
type Payload = z.output<typeof payload>;

type User = { id: number; email: string; locale: Locale | null };

/** The page on which a link is used. */
const pages: Record<LinkPurpose, string> = { reset: '/reset', confirm: '/confirm', email: '/confirm' };

export const isAboutAccount = (topic: string): topic is AccountMailJob['about'] =>
  accountMailJob.shape.about.options.some((known) => known === topic);

/** Builds the mail of each row, or the error if that fails. Four queries, however many rows. */
export async function makeAccountJobs(
  { db, publicUrl, sessionKeys }: AccountJobDeps,
  rows: readonly OutboxRow[],
): Promise<Made[]> {
  if (rows.length === 0) return [];
  const asked = rows.map((row) => ({ row, subject: read(row) }));
  const linkIds = asked.flatMap(({ subject }) => (subject && 'linkId' in subject ? [subject.linkId] : []));
  const links = await db<LinkRow>('account_links').whereIn('id', linkIds);
  const userIds = asked.flatMap(({ subject }) => (subject && 'userId' in subject ? [subject.userId] : []));
  userIds.push(...links.flatMap(({ user_id }) => user_id ?? []));
  const requests = await readRequests(db, asked);
  userIds.push(...requests.map(({ user_id }) => user_id));
  const users = await readUsers(db, userIds);
  const newAddresses = links.filter(({ purpose }) => purpose === 'email').map(({ email }) => email);
  const owners = await db<User>('users').whereIn('email', newAddresses).select('id', 'email', 'locale');

  return asked.map(({ row, subject }) => {
    try {
      if (!subject) throw new Error(`outbox row ${row.id} does not say what it is about`);
      return { row, job: makeJob(row, subject) };
    } catch (error) {
      return { row, error };
    }
  });

  function makeJob(row: OutboxRow, subject: Payload): AccountMailJob | undefined {
    const { topic } = row;
    if ('linkId' in subject) return linkJob(row, subject.linkId);
    if ('requestId' in subject) return requestJob(row, subject.requestId);
    if ('userId' in subject) return newsJob(row, subject);
    return jobOf(`${topic}.${subject.key}`, topic, subject.to, new URL('/privacy', publicUrl));
  }

  /** Undefined if the user is gone, and the request with the user. */
  function requestJob({ topic }: OutboxRow, requestId: number): AccountMailJob | undefined {
    const request = requests.find(({ id }) => id === requestId);
    const user = users.find(({ id }) => id === request?.user_id);
    if (!request || !user) return undefined;
    const url = new URL(request.status === 'accepted' ? '/organize' : '/account', publicUrl);
    return jobOf(`${topic}.${requestId}`, topic, user, url, request.reason);
  }

  /** Undefined if the link is of nobody, or no longer known: then it is too old to be used. */
  function linkJob({ topic }: OutboxRow, linkId: number): AccountMailJob | undefined {
    const link = links.find(({ id }) => id === linkId);
    const user = users.find(({ id }) => id === link?.user_id);
    if (!link || !user || link.ended_at) return undefined;
    const { purpose, created_at, email } = link;
    const owner = purpose === 'email' && owners.find((each) => each.email.toLowerCase() === email);
    if (owner) return jobOf(`${topic}.${linkId}`, 'email-taken', owner, new URL('/signin', publicUrl));
    const url = new URL(
      `${pages[purpose]}#${signLink({ id: linkId, purpose }, created_at, sessionKeys)}`,
      publicUrl,
    );
    return jobOf(`${topic}.${linkId}`, topic, { ...user, email }, url);
  }

  /** Undefined if the account was removed since. */
  function newsJob(
    { topic }: OutboxRow,
    { userId, key, to }: { userId: number; key: string; to?: string | undefined },
  ): AccountMailJob | undefined {
    const user = users.find(({ id }) => id === userId);
    if (!user) return undefined;
    const url = new URL(topic === 'email-changed' ? '/' : '/forgot', publicUrl);
    return jobOf(`${topic}.${userId}.${key}`, topic, { ...user, email: to ?? user.email }, url);
  }
}

function readRequests(db: Database, asked: readonly { subject: Payload | undefined }[]) {
  const ids = asked.flatMap(({ subject }) => (subject && 'requestId' in subject ? subject.requestId : []));
  return db<RequestRow>('organizer_requests').whereIn('id', ids);
}

/** Not those who have deleted their accounts. */
function readUsers(db: Database, ids: readonly number[]): PromiseLike<User[]> {
  return db<User>('users')
    .whereIn('id', [...ids])
    .whereNull('deleted_at')
    .select('id', 'email', 'locale');
}

function jobOf(
  id: string,
  about: string,
  { email, locale }: Omit<User, 'id'>,
  url: URL,
  reason: string | null = null,
): AccountMailJob {
  return accountMailJob.parse({
    id,
    about,
    to: { address: email },
    locale: locale ?? 'en',
    url: url.href,
    ...(reason !== null && { reason }),
  });
}

function read({ payload: stored }: OutboxRow): Payload | undefined {
  try {
    return payload.parse(typeof stored === 'string' ? JSON.parse(stored) : stored);
  } catch {
    return undefined;
  }
}
