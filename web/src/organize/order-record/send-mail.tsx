import { useState } from 'react';
import { ask } from '../../api/http.ts';
import { Notice } from '../../design/notice.tsx';
import { AskingButton } from '../../staff/asking-button.tsx';
import type { FoundOrder } from '../../staff/queries.ts';
import { useWords } from '../../staff/use-words.ts';
import styles from './order-record.module.css';

/** For a buyer who has not got the mail of the order, or has lost it. */
export function SendMail({ order }: { order: FoundOrder }) {
  const { orderRecord: words, form } = useWords();
  const [sentTo, setSentTo] = useState<string>();
  if (order.status !== 'paid') return null;
  return (
    <div className={styles.part}>
      <p>
        <AskingButton
          label={words.sendMail}
          title={words.sendMailTitle}
          text={words.sendMailText(order.buyer.email)}
          yes={words.sendMailYes}
          no={form.cancel}
          act={async () => {
            const { data } = await ask<{ to: string }>('POST', `/orders/${order.id}/send-mail`);
            setSentTo(data.to);
          }}
        />
      </p>
      {sentTo !== undefined && <Notice>{words.mailSent(sentTo)}</Notice>}
    </div>
  );
}
