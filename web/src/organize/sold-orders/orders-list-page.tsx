import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { ask } from '../../api/http.ts';
import type { Drop, Order } from '../../api/types.ts';
import { useSay } from '../../design/announcer.tsx';
import { classes } from '../../design/classes.ts';
import { Paged } from '../../design/paged.tsx';
import { useLocale } from '../../i18n/locale.tsx';
import { groupSeats } from '../../seats/seat-groups.ts';
import { AskingButton } from '../../staff/asking-button.tsx';
import { Empty } from '../../design/empty.tsx';
import { soldOrdersQuery, type SoldOrder } from '../../staff/queries.ts';
import rows from '../../design/rows.module.css';
import { useWords } from '../../staff/use-words.ts';
import { DropSubpage } from '../drop-subpage.tsx';
import styles from './orders-list-page.module.css';

export default function OrdersListPage() {
  const { orders: words } = useWords();
  return (
    <DropSubpage title={words.title} csv={words.csv}>
      {(drop) => (
        <>
          <h2 className="unseen">{words.title}</h2>
          <Orders drop={drop} />
        </>
      )}
    </DropSubpage>
  );
}

function Orders({ drop }: { drop: Drop }) {
  const { orders: words } = useWords();
  const query = useInfiniteQuery({ ...soldOrdersQuery(drop.id), refetchInterval: 5_000 });
  return (
    <Paged query={query} heights={[4, 4, 4]} empty={<Empty title={words.empty} hint={words.emptyHint} />}>
      {(orders) => (
        <ul className={rows.rows}>
          {orders.map((order) => (
            <li key={order.id} className={styles.order}>
              <OrderRow order={order} drop={drop} />
            </li>
          ))}
        </ul>
      )}
    </Paged>
  );
}

function OrderRow({ order, drop }: { order: SoldOrder; drop: Drop }) {
  const { text, format } = useLocale();
  const { orders: words } = useWords();
  const used = usedTickets(order);
  const withheld = order.seats.filter((seat) => seat.withheld).length;
  const groups = groupSeats(
    order.seats.map((seat) => seat.id),
    drop.sections,
  );
  return (
    <>
      <div className={rows.cell}>
        <p className={rows.name} id={`buyer-${order.id}`}>
          <bdi>{order.buyer.name}</bdi>
        </p>
        <p className={rows.soft}>
          <bdi>{order.buyer.email}</bdi>
        </p>
      </div>
      <div className={rows.cell}>
        {groups.map(({ section, row, numbers }) => (
          <p key={section + row}>{words.place(section, row, numbers.join(text.common.comma))}</p>
        ))}
        <p className={rows.soft}>
          {format.moment(order.createdAt, format.here)} · {order.id}
        </p>
        {withheld > 0 ? (
          <p className={styles.back}>{words.withheld(withheld)}</p>
        ) : (
          used > 0 && <p className={rows.soft}>{words.used(used)}</p>
        )}
      </div>
      <p className={rows.cell}>
        <strong>{format.money(order.amount)}</strong>
        <br />
        <span className={classes(rows.soft, order.status !== 'paid' && styles.back)}>
          {words.status[order.status]}
        </span>
      </p>
      <div className={rows.actions}>{order.status === 'paid' && <Refund order={order} />}</div>
    </>
  );
}

const usedTickets = ({ seats }: SoldOrder) =>
  seats.filter(({ checkedInAt }) => checkedInAt !== undefined).length;

function Refund({ order }: { order: SoldOrder }) {
  const { format } = useLocale();
  const { orders: words } = useWords();
  const client = useQueryClient();
  const say = useSay();
  const amount = format.money(order.amount);
  const used = usedTickets(order);
  const refund = async () => {
    try {
      await ask<Order>('POST', `/orders/${order.id}/refund`, used > 0 ? { body: { force: true } } : {});
    } finally {
      // If the refund was refused because a ticket has been used since, the dialog says so and asks again.
      await client.invalidateQueries({ queryKey: ['sold orders', order.dropId] });
    }
    say(words.refunded(order.buyer.name));
  };
  return (
    <AskingButton
      label={words.refund}
      describedBy={`buyer-${order.id}`}
      title={used > 0 ? words.refundUsedTitle : words.refundTitle}
      text={
        used > 0
          ? words.refundUsedText(order.buyer.name, amount, used)
          : words.refundText(order.buyer.name, amount)
      }
      yes={used > 0 ? words.refundUsedYes(amount) : words.refundYes(amount)}
      no={words.refundNo}
      bad
      act={refund}
    />
  );
}
