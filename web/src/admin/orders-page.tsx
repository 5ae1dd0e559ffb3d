import { useInfiniteQuery } from '@tanstack/react-query';
import { useSearch } from 'wouter';
import { Empty } from '../design/empty.tsx';
import { Paged } from '../design/paged.tsx';
import { FoundList, OrderSearch } from '../organize/find-orders/order-search.tsx';
import { ordersOfUserQuery } from '../staff/queries.ts';
import { useWords } from '../staff/use-words.ts';
import { AdminFrame } from './admin-frame.tsx';
import { PaidToPlatform } from './paid-to-platform.tsx';

export default function OrdersPage() {
  const { findOrders: words } = useWords();
  // The link from a user.
  const buyer = new URLSearchParams(useSearch()).get('buyer');
  if (buyer !== null) {
    return (
      <AdminFrame
        title={words.ofUser(buyer)}
        up={{ href: '/admin/users', label: words.users }}
        lead={words.ofUserLead}
      >
        <OrdersOfUser userId={buyer} />
      </AdminFrame>
    );
  }
  return (
    <AdminFrame title={words.title} lead={words.adminLead}>
      <OrderSearch untilSearch={<PaidToPlatform />} />
    </AdminFrame>
  );
}

function OrdersOfUser({ userId }: { userId: string }) {
  const { findOrders: words } = useWords();
  const query = useInfiniteQuery(ordersOfUserQuery(userId));
  return (
    <Paged query={query} heights={[4, 4, 4]} empty={<Empty title={words.ofUserEmpty} />}>
      {(orders) => <FoundList orders={orders} />}
    </Paged>
  );
}
