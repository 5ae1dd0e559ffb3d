import { useQuery } from '@tanstack/react-query';
import { useParams } from 'wouter';
import { Refusal } from '../../api/http.ts';
import { Head } from '../../design/head.tsx';
import { LoadFailed, Page } from '../../design/page.tsx';
import { Skeleton } from '../../design/skeleton.tsx';
import { AboutTickets, useLocale } from '../../i18n/locale.tsx';
import { ReceiptLink } from '../../orders/receipt-link.tsx';
import { MissingPage } from '../../shell/missing-page.tsx';
import { orderPaymentsQuery, type OrderPayments } from '../../staff/queries.ts';
import { useWords } from '../../staff/use-words.ts';
import { Foreign } from '../foreign.tsx';
import { AttemptList } from './attempt-list.tsx';
import { DisputeList } from './dispute-list.tsx';
import styles from './order-record.module.css';
import { OutsideRefunds } from './outside-refunds.tsx';
import { RefundList } from './refund-list.tsx';
import { SendMail } from './send-mail.tsx';
import { OrderSummary } from './order-summary.tsx';

export default function OrderRecordPage() {
  const { orderRecord: words } = useWords();
  const { id } = useParams<{ id: string }>();
  const { data, error, refetch } = useQuery(orderPaymentsQuery(id));
  if (error instanceof Refusal && error.status === 404) return <MissingPage title={words.notFound} />;
  if (error instanceof Refusal && error.status === 403) return <Foreign />;
  if (data)
    return (
      <AboutTickets isFree={data.order.amount.amount === 0}>
        <OrderRecord record={data} />
      </AboutTickets>
    );
  return (
    <Page title={words.order}>
      {error ? <LoadFailed error={error} retry={refetch} /> : <Skeleton heights={[3, 8, 8]} />}
    </Page>
  );
}

function OrderRecord({ record }: { record: OrderPayments }) {
  const { isFree } = useLocale();
  const { orderRecord: words } = useWords();
  const { order } = record;
  return (
    <Page title={`${words.order} ${order.id}`}>
      <Head
        up={{ href: `/organize/drops/${order.dropId}/orders`, label: words.up }}
        title={order.buyer.name}
        lead={order.eventTitle}
        actions={<ReceiptLink orderId={order.id} />}
      />
      <div className={styles.record}>
        <OrderSummary order={order} />
        <SendMail order={order} />
        {!isFree && <DisputeList disputes={record.disputes} />}
        <AttemptList attempts={record.attempts} events={record.events} />
        <RefundList refunds={order.refunds} />
        <OutsideRefunds refunds={record.outsideRefunds} />
      </div>
    </Page>
  );
}
