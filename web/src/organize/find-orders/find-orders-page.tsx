import { Head } from '../../design/head.tsx';
import { Page } from '../../design/page.tsx';
import { useWords } from '../../staff/use-words.ts';
import { OrderSearch } from './order-search.tsx';

export default function FindOrdersPage() {
  const words = useWords();
  const { title, lead } = words.findOrders;
  return (
    <Page title={title}>
      <Head up={{ href: '/organize', label: words.dropPages.allEvents }} title={title} lead={lead} />
      <OrderSearch />
    </Page>
  );
}
