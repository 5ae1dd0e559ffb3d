import { z } from 'zod';
import { newsFacts } from '../../lambda/send-email/compose-news.ts';
import type { NewsMailJob } from '../../lambda/send-email/news-mail-job.ts';
import { newsWords } from '../../lambda/send-email/news-words.ts';
import type { KeyList } from '../../shared/auth/key-list.ts';
import type { Log } from '../../shared/tier/log.ts';
import type { Locale } from '../accounts/locale.ts';
import type { MadeOf } from '../mail/made-mail.ts';
import type { OutboxRow } from '../mail/outbox.ts';
import { isNews, makeNewsJobs, newsPayload, type NewsJobDeps } from './news-jobs.ts';
import { codeOf } from './phone-code.ts';
import { codeSeconds, confirmedPhones, type PhoneRow } from './phones.ts';
import type { Port } from './port.ts';
import { sendSmsBatch, type Sms, type SmsProvider } from './sms-route.ts';

type SmsDeps = NewsJobDeps & { sessionKeys: KeyList; provider: SmsProvider; log: Log };

export function createSmsPort(deps: SmsDeps): Port<Sms> {
  return {
    channel: 'sms',
    atOnce: 10,
    async makeJobs(rows) {
      const { news = [], codes = [] } = Object.groupBy(rows, ({ topic }) =>
        isNews(topic) ? 'news' : 'codes',
      );
      return (await Promise.all([newsTexts(deps, news), codeTexts(deps, codes)])).flat();
    },
    send: (jobs) => sendSmsBatch(deps.provider, jobs, deps.log),
  };
}

async function newsTexts(deps: SmsDeps, rows: readonly OutboxRow[]): Promise<MadeOf<Sms>[]> {
  const made = await makeNewsJobs(deps, rows);
  const userOf = (row: OutboxRow) => payloadOf(row, newsPayload.pick({ userId: true }))?.userId ?? 0;
  const phones = await confirmedPhones(deps.db, rows.map(userOf));
  return made.map((one) => {
    if (!('job' in one)) return one;
    // The number may have been removed since the row was written.
    const to = phones.get(userOf(one.row));
    return { row: one.row, job: one.job && to ? { id: one.job.id, to, text: newsText(one.job) } : undefined };
  });
}

/** The news in one sentence, and the link. */
function newsText(job: NewsMailJob): string {
  const facts = newsFacts(job);
  const title = safeTitle(facts.title) || (job.locale === 'en' ? 'your event' : '你的活動');
  return `${newsWords[job.locale].about[job.about].sms({ ...facts, title })} ${job.url}`;
}

const longestTitle = 40;

/**
 * A title that phones show as plain text: without control and direction characters, and without anything that looks like
 * a link, since a message has one link and that is ours.
 */
export function safeTitle(title: string): string {
  const plain = title
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replaceAll(/\S*(?:[a-z]+:\/\/|www\.|[\p{L}\p{N}-]+[.。．]\p{L}{2,})\S*/giu, '')
    .replaceAll(/ +/g, ' ')
    .trim();
  const letters = Array.from(plain);
  return letters.length > longestTitle ? `${letters.slice(0, longestTitle - 1).join('')}…` : plain;
}

const codePayload = z.object({ codeId: z.int() });

type CodeRow = PhoneRow & { locale: Locale | null };

async function codeTexts({ db, sessionKeys }: SmsDeps, rows: readonly OutboxRow[]): Promise<MadeOf<Sms>[]> {
  if (rows.length === 0) return [];
  const asked = rows.map((row) => ({ row, codeId: payloadOf(row, codePayload)?.codeId }));
  const valid = await db('phone_codes')
    .join('users', 'users.id', 'phone_codes.user_id')
    .whereIn(
      'phone_codes.id',
      asked.flatMap(({ codeId }) => codeId ?? []),
    )
    .whereNull('phone_codes.ended_at')
    .whereNull('phone_codes.confirmed_at')
    .whereRaw('phone_codes.created_at > now(3) - interval ? second', [codeSeconds])
    .select<CodeRow[]>('phone_codes.*', 'users.locale');
  return asked.map(({ row, codeId }) => {
    if (codeId === undefined) return { row, error: new Error(`outbox row ${row.id} names no code`) };
    const found = valid.find(({ id }) => id === codeId);
    // One that is too old, or replaced by another, is not sent any more.
    if (!found) return { row, job: undefined };
    const code = codeOf(found, sessionKeys);
    const text =
      found.locale === 'zh-Hant'
        ? `${code} 是你的 Seatdrop 驗證碼，十分鐘內有效。`
        : `${code} is your Seatdrop code. It is valid for ten minutes.`;
    return { row, job: { id: `phone-code.${codeId}`, to: found.number, text } };
  });
}

function payloadOf<S extends z.ZodType>({ payload }: OutboxRow, schema: S): z.output<S> | undefined {
  const known: unknown = typeof payload === 'string' ? JSON.parse(payload) : payload;
  const parsed = schema.safeParse(known);
  return parsed.success ? parsed.data : undefined;
}
