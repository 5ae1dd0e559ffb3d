import { OrderSearch } from '../organize/find-orders/order-search.tsx';
import { useWords } from '../staff/use-words.ts';
import { AdminFrame } from './admin-frame.tsx';
import { PaidToPlatform } from './paid-to-platform.tsx';

export default function OrdersPage() {
  const { findOrders: words } = useWords();
  return (
    <AdminFrame title={words.title} lead={words.adminLead}>
      <OrderSearch untilSearch={<PaidToPlatform />} />
    </AdminFrame>
  );
}
