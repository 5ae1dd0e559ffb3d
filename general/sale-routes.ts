/** What this tier answers about entries, money and what was parked. Needs a payment provider and the broker; see sale-deps.ts. */
import { checkOut } from './checkout/check-out.ts';
import { cancelDrop } from './drops/cancel-drop.ts';
import { leaveEntry } from './entry/leave-entry.ts';
import { showEntry } from './entry/show-entry.ts';
import type { Route } from './http/route.ts';
import { refundOrder } from './orders/refund-order.ts';
import { listParked } from './parked/list-parked.ts';
import { resendParked } from './parked/resend-parked.ts';
import { receiveWebhook } from './payments/receive-webhook.ts';
import type { SaleDeps } from './sale-deps.ts';

export function createSaleRoutes(deps: SaleDeps): Route[] {
  return [
    showEntry(deps),
    leaveEntry(deps),
    checkOut(deps),
    refundOrder(deps),
    cancelDrop(deps),
    receiveWebhook(deps),
    listParked(deps),
    resendParked(deps),
  ];
}
