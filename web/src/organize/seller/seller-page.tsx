import { useQuery } from '@tanstack/react-query';
import { Head } from '../../design/head.tsx';
import { LoadFailed, Page } from '../../design/page.tsx';
import { Skeleton } from '../../design/skeleton.tsx';
import type { User } from '../../api/types.ts';
import { sellerQuery } from '../../staff/queries.ts';
import { useWords } from '../../staff/use-words.ts';
import { SellerForm } from './seller-form.tsx';

/** Who the organizer is on receipts. */
export default function SellerPage({ me }: { me: User }) {
  const words = useWords();
  const { data, error, refetch } = useQuery(sellerQuery(me.id));
  return (
    <Page title={words.seller.title}>
      <Head
        up={{ href: '/organize', label: words.events.title }}
        title={words.seller.title}
        lead={words.seller.lead}
      />
      {data && <SellerForm seller={data.seller} userId={me.id} />}
      {!data && (error ? <LoadFailed error={error} retry={refetch} /> : <Skeleton heights={[4, 8, 4]} />)}
    </Page>
  );
}
