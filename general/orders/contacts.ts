import type { z } from 'zod';
import type { order } from '../../shared/contract/orders.ts';
import type { Database } from '../../shared/mysql/connect.ts';

type Presented = z.input<typeof order>;

/** Adds the contact address to each order: SUPPORT_EMAIL, or else the event's organizer. */
export async function withContacts(
  db: Database,
  orders: readonly Presented[],
  supportEmail: string | undefined,
): Promise<Presented[]> {
  if (supportEmail !== undefined) return orders.map((shown) => ({ ...shown, contact: supportEmail }));
  const events = [...new Set(orders.map(({ eventId }) => eventId))];
  const rows: { id: number; email: string }[] = await db('events')
    .join('users', 'users.id', 'events.organizer_id')
    .whereIn('events.id', events)
    .whereNull('users.deleted_at')
    .select('events.id', 'users.email');
  const emailOf = new Map(rows.map(({ id, email }) => [id, email]));
  return orders.map((shown) => ({ ...shown, contact: emailOf.get(shown.eventId) }));
}
