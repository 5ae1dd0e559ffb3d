import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import type { resent } from '@seatdrop/shared/contract/operations.ts';
import { ask } from '../api/http.ts';
import { Notice } from '../design/notice.tsx';
import { LoadFailed } from '../design/page.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { AskingButton } from '../staff/asking-button.tsx';
import { Empty } from '../design/empty.tsx';
import { parkedQuery, type ParkedMessages } from '../staff/queries.ts';
import rows from '../design/rows.module.css';
import { useWords } from '../staff/use-words.ts';
import type { StaffWords } from '../staff/words/en.ts';
import { AdminFrame } from './admin-frame.tsx';
import styles from './admin.module.css';

type Message = ParkedMessages['items'][number];

export default function ParkedPage() {
  const { admin } = useWords();
  const words = admin.parked;
  return (
    <AdminFrame title={words.title} lead={words.lead}>
      <Parked />
    </AdminFrame>
  );
}

function Parked() {
  const { format } = useLocale();
  const { admin } = useWords();
  const words = admin.parked;
  const client = useQueryClient();
  const [announced, setAnnounced] = useState<string>();
  const { data, error, refetch } = useQuery(parkedQuery);
  if (!data) return error ? <LoadFailed error={error} retry={refetch} /> : <Skeleton heights={[3, 5, 5]} />;

  const resend = async () => {
    const answer = await ask<z.infer<typeof resent>>('POST', '/parked/resend', { body: {}, timeout: 60_000 });
    setAnnounced(words.resent(answer.data.resent, answer.data.kept, answer.data.left));
    await client.invalidateQueries({ queryKey: parkedQuery.queryKey });
  };

  return (
    <div className={styles.parked}>
      {announced !== undefined && <Notice tone="good">{announced}</Notice>}
      {data.count === 0 ? (
        <Empty title={words.count(0)} hint={words.countHint} />
      ) : (
        <>
          <div className={styles.count}>
            <h2>{words.count(data.count)}</h2>
            <AskingButton
              label={words.resend}
              look="solid"
              title={words.resendTitle}
              text={words.resendText(data.count)}
              yes={words.resendYes}
              no={words.resendNo}
              act={resend}
            />
          </div>
          {data.count > data.items.length && (
            <p>{words.oldest(format.number(data.items.length), format.number(data.count))}</p>
          )}
          <ul className={rows.rows}>
            {data.items.map((message, index) => (
              // The queue can hold the same poison message twice, so the id alone is no key.
              // eslint-disable-next-line react/no-array-index-key -- the order is that of the queue
              <li key={`${message.id} ${index}`} className={styles.message}>
                <MessageRow message={message} />
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function MessageRow({ message }: { message: Message }) {
  const { format } = useLocale();
  const { admin } = useWords();
  const words = admin.parked;
  return (
    <>
      <div className={rows.cell}>
        <p className={rows.name}>{whatItSays(message, words)}</p>
        <p className={rows.soft}>{message.id}</p>
      </div>
      <dl className={styles.facts}>
        <div>
          <dt>{words.queue}</dt>
          <dd>{message.queue ?? words.unknown}</dd>
        </div>
        <div>
          <dt>{words.reason}</dt>
          <dd>{reasonOf(message, words)}</dd>
        </div>
        <div>
          <dt>{words.age}</dt>
          <dd>{message.ageSeconds === null ? words.unknown : format.longSpan(message.ageSeconds * 1000)}</dd>
        </div>
        <div>
          <dt>{words.size}</dt>
          <dd>{format.bytes(message.bytes)}</dd>
        </div>
      </dl>
    </>
  );
}

type Words = StaffWords['admin']['parked'];

function whatItSays({ decoded, type }: Message, words: Words): string {
  if (decoded === null) return type === null ? words.unreadable : `${words.unreadable} (${type})`;
  if (decoded.kind === 'entries') return words.entries(decoded.entries, decoded.dropId);
  return words.timers(decoded.holdIds.length, decoded.dropId);
}

function reasonOf({ reason }: Message, words: Words): string {
  if (reason === null) return words.unknown;
  return words.reasons[reason as keyof Words['reasons']] ?? reason;
}
