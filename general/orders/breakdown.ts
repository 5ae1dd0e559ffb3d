/** What an order was made of when it was paid, as `orders.breakdown` holds it. */
import type { Breakdown, LineKind } from '../../shared/contract/total.ts';
import { fromJson } from '../../shared/drops/drop.ts';

/** All in minor units but `tax_percent`. Flat, so that MySQL can sum up each. */
type StoredBreakdown = Record<LineKind, number> & { tax: number; tax_percent: number };

export type BreakdownRow = {
  amount: number;
  currency: string;
  /** As JSON. Null for an order of the version before, which had no fees. */
  breakdown: string | StoredBreakdown | null;
};

export function storedBreakdown({ lines, includedTax }: Breakdown): string {
  const of = (kind: LineKind) => lines.find((line) => line.kind === kind)?.amount ?? 0;
  const stored: StoredBreakdown = {
    seats: of('seats'),
    fees: of('fees'),
    platform_fees: of('platform_fees'),
    tax: includedTax?.amount ?? 0,
    tax_percent: includedTax?.percent ?? 0,
  };
  return JSON.stringify(stored);
}

/** The lines of an order as the API shows them. */
export function presentBreakdown({ amount, currency, breakdown }: BreakdownRow) {
  const money = (part: number) => ({ amount: part, currency });
  if (breakdown === null) return { lines: [{ kind: 'seats' as const, amount: money(amount) }] };
  const stored = fromJson(breakdown);
  const fees = (['fees', 'platform_fees'] as const).filter((kind) => stored[kind] > 0);
  return {
    lines: (['seats', ...fees] as const).map((kind) => ({ kind, amount: money(stored[kind]) })),
    ...(stored.tax_percent > 0 && {
      includedTax: { percent: stored.tax_percent, amount: money(stored.tax) },
    }),
  };
}

/** SQL for one part of a breakdown, a number; 0 where an order has none. MySQL and MariaDB know it. */
export function partInSql(part: 'fees' | 'platform_fees' | 'tax'): string {
  return `coalesce(cast(json_extract(breakdown, '$.${part}') as unsigned), 0)`;
}
