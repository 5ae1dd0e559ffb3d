import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Empty } from '../design/empty.tsx';
import { Paged } from '../design/paged.tsx';
import rows from '../design/rows.module.css';
import { FoundList } from '../organize/find-orders/order-search.tsx';
import { paidToPlatformQuery, payoutAccountQuery } from '../staff/queries.ts';
import { useWords } from '../staff/use-words.ts';
import styles from './admin.module.css';

/** Orders whose money the platform took in place of an organizer's account. Nothing where organizers have no accounts. */
export function PaidToPlatform() {
  const { data: account } = useQuery(payoutAccountQuery({ asksProvider: false }));
  return account === undefined || account.state === 'off' ? null : <PaidOrders />;
}

function PaidOrders() {
  const { paidToPlatform: words } = useWords();
  const query = useInfiniteQuery(paidToPlatformQuery);
  return (
    <section className={styles.paidToPlatform} aria-labelledby="paid-to-platform">
      <h2 id="paid-to-platform">{words.title}</h2>
      <p className={rows.soft}>{words.hint}</p>
      <Paged query={query} heights={[4, 4, 4]} empty={<Empty title={words.empty} />}>
        {(orders) => (
          <FoundList
            orders={orders}
            noteOn={({ organizer: { name, email }, account }) => words.owedTo(name, email, account)}
          />
        )}
      </Paged>
    </section>
  );
}
