import { useQuery } from '@tanstack/react-query';
import { Notice } from '../../design/notice.tsx';
import { useLocale } from '../../i18n/locale.tsx';
import { reportQuery } from '../../staff/queries.ts';
import { useWords } from '../../staff/use-words.ts';

/** After a cancellation: what was refunded or will be. */
export function RefundsLeft({ dropId }: { dropId: number }) {
  const { format } = useLocale();
  const { dropPages: words } = useWords();
  const { data } = useQuery({
    ...reportQuery(dropId),
    // A payment that was under way can still become an order, and then a refund.
    refetchInterval: ({ state }) => (state.data?.orders === 0 ? 10_000 : 1_500),
  });
  if (!data) return null;
  return (
    <Notice>
      {data.orders > 0
        ? words.refundsLeft(format.money(data.revenue))
        : words.refundsDone(format.money(data.refunds), data.refunds.amount > 0)}
    </Notice>
  );
}
