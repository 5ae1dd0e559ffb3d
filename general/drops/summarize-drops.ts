import type { z } from 'zod';
import type { dropSummary } from '../../shared/contract/drops.ts';
import { phaseOf } from '../../shared/drops/phase.ts';
import type { Database } from '../../shared/mysql/connect.ts';

type SummaryRow = {
  id: number;
  event_id: number;
  opens_at: Date;
  closes_at: Date;
  paused_at: Date | null;
  cancelled_at: Date | null;
  price_amount: number;
  price_currency: string;
  capacity: number;
};

const columns: (keyof SummaryRow)[] = [
  'id',
  'event_id',
  'opens_at',
  'closes_at',
  'paused_at',
  'cancelled_at',
  'price_amount',
  'price_currency',
  'capacity',
];

/** The drops of some events, by event, the first to open first. One query, without sections and questions. */
export async function summarizeDrops(db: Database, eventIds: readonly number[], now: number) {
  const rows: SummaryRow[] = await db('drops')
    .whereIn('event_id', eventIds)
    .select(columns)
    .orderBy(['opens_at', 'id']);
  const byEvent = Map.groupBy(rows, (row) => row.event_id);
  return (eventId: number) => (byEvent.get(eventId) ?? []).map((row) => summary(row, now));
}

function summary(row: SummaryRow, now: number): z.input<typeof dropSummary> {
  const { id, opens_at, closes_at, paused_at, cancelled_at, price_amount, price_currency, capacity } = row;
  const times = {
    opensAt: opens_at.getTime(),
    closesAt: closes_at.getTime(),
    paused: paused_at !== null,
    cancelled: cancelled_at !== null,
  };
  return {
    id,
    state: phaseOf(times, now),
    opensAt: opens_at.toISOString(),
    closesAt: closes_at.toISOString(),
    price: { amount: price_amount, currency: price_currency },
    capacity,
  };
}
