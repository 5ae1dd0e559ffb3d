import type { z } from 'zod';
import type { dropSummary } from '../../shared/contract/drops.ts';
import { seatPriceOf } from '../../shared/contract/total.ts';
import { pricingColumns, pricingOf, type PricingRow } from '../../shared/drops/drop.ts';
import { phaseOf } from '../../shared/drops/phase.ts';
import type { Inventory } from '../../shared/inventory/inventory.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import type { AvailabilityNow } from './availability.ts';

type Summary = z.input<typeof dropSummary>;

export type SummaryRow = PricingRow & {
  id: number;
  event_id: number;
  opens_at: Date;
  closes_at: Date;
  paused_at: Date | null;
  cancelled_at: Date | null;
  capacity: number;
  partitions: number;
};

export const summaryColumns = [
  'drops.id',
  'drops.event_id',
  'drops.opens_at',
  'drops.closes_at',
  'drops.paused_at',
  'drops.cancelled_at',
  ...pricingColumns.map((column) => `drops.${column}`),
  'drops.capacity',
  'drops.partitions',
];

/** The drops of these events, the first to open first. One query, without sections and questions. */
export async function findSummaryRows(db: Database, eventIds: readonly number[]): Promise<SummaryRow[]> {
  return db('drops').whereIn('event_id', eventIds).select(summaryColumns).orderBy(['opens_at', 'id']);
}

/** Drop summaries with availability, by event. With `inventory`, also counts of sold and free seats. */
export async function summarizeDrops(
  rows: readonly SummaryRow[],
  now: number,
  availabilityNow: AvailabilityNow,
  inventory?: Pick<Inventory, 'counts'>,
): Promise<(eventId: number) => Summary[]> {
  const summaries = await Promise.all(
    rows.map(async (row) => ({
      ...summaryOf(row, now),
      availability: await availabilityNow({ ...row, ...timesOf(row) }, now),
      ...(inventory && (await countSeats(inventory, row))),
    })),
  );
  const byEvent = Map.groupBy(rows.keys(), (index) => rows[index]!.event_id);
  return (eventId) => [...(byEvent.get(eventId) ?? [])].map((index) => summaries[index]!);
}

export function timesOf({ opens_at, closes_at, paused_at, cancelled_at }: SummaryRow) {
  return {
    opensAt: opens_at.getTime(),
    closesAt: closes_at.getTime(),
    paused: paused_at !== null,
    cancelled: cancelled_at !== null,
  };
}

export function summaryOf(row: SummaryRow, now: number): Summary {
  const { id, opens_at, closes_at, capacity } = row;
  const pricing = pricingOf(row);
  return {
    id,
    state: phaseOf(timesOf(row), now),
    opensAt: opens_at.toISOString(),
    closesAt: closes_at.toISOString(),
    price: pricing.price,
    seatPrice: seatPriceOf(pricing),
    ...(pricing.fees && { fees: pricing.fees }),
    ...(pricing.platformFees && { platformFees: pricing.platformFees }),
    capacity,
  };
}

/** Before the drop is stocked, all its seats are free. */
export async function countSeats(
  inventory: Pick<Inventory, 'counts'>,
  row: Pick<SummaryRow, 'id' | 'partitions' | 'capacity'>,
): Promise<{ free: number; sold: number }> {
  const counts = await inventory.counts(row);
  return { free: counts?.free ?? row.capacity, sold: counts?.sold ?? 0 };
}
