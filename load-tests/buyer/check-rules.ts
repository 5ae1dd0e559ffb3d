import { setTimeout as sleep } from 'node:timers/promises';
import type { Drop } from '../../shared/drops/drop.ts';
import type { EntryState } from '../../shared/contract/entries.ts';
import type { KeyList } from '../../shared/auth/key-list.ts';
import { checkDrop, type CheckDeps, type Checked } from '../../proof/played/check-drop.ts';
import { checkNobodyWasOvertaken } from '../../proof/played/nobody-was-overtaken.ts';
import { checkQueues, queueDepths, type QueueDepths } from '../../proof/played/queues-are-empty.ts';
import { checkAnswered, checkTold } from '../../proof/played/told.ts';
import { createReport, type Report } from '../../proof/violation.ts';
import type { Buyer } from './buyer.ts';
import { inPortions } from './in-portions.ts';

export type RulesDeps = CheckDeps & {
  checkoutKeys: KeyList;
  amqpUrl: string;
  queues: readonly string[];
  /** The one of these queues that takes parked messages. */
  parked: string;
  /** Depths of the queues before the drop. */
  before: QueueDepths;
};

/** Sample of buyers whose entry is read by HTTP at the end; reading all would only take longer. */
const sampleSize = 100;

/** Checks that servers and buyers agree, and that what happened is within the rules. */
export async function checkRules(
  deps: RulesDeps,
  drop: Drop,
  buyers: readonly Buyer[],
  report: Report,
): Promise<Checked> {
  const checked = await checkDrop(deps, drop, report);
  const records = buyers.map(({ userId, presses, told }) => ({ userId, presses, told }));
  checkTold(records, checked.replays, deps.checkoutKeys, report);
  checkNobodyWasOvertaken(records, checked.replays, report);
  await checkSampleByHttp(buyers, report);
  await checkQueuesOnceEmpty(deps, drop.holdSeconds, report);
  return checked;
}

async function checkSampleByHttp(buyers: readonly Buyer[], report: Report): Promise<void> {
  const step = Math.max(1, Math.floor(buyers.length / sampleSize));
  const sample = buyers.filter((buyer, index) => index % step === 0 && buyer.state !== undefined);
  const ask = async (buyer: Buyer) => {
    const { status, body, code } = await buyer.askEntry();
    if (status === 200) checkAnswered(buyer.userId, buyer.state!, body as EntryState, report);
    else report('told the truth', `buyer ${buyer.userId} cannot ask: ${status} ${code ?? ''}`, { code });
  };
  await inPortions(sample, 8, ask, (error, { userId }) =>
    report('told the truth', String(error), { userId }),
  );
}

/** Waits for empty queues first: timers of holds that were paid early expire last. */
async function checkQueuesOnceEmpty(
  { amqpUrl, queues, before, parked }: RulesDeps,
  holdSeconds: number,
  report: Report,
): Promise<void> {
  const deadline = performance.now() + holdSeconds * 1000 + 15_000;
  for (;;) {
    const after = await queueDepths(amqpUrl, queues);
    const { violations, report: note } = createReport();
    checkQueues(before, after, parked, note);
    if (violations.length > 0 && performance.now() < deadline) {
      await sleep(1_000);
      continue;
    }
    for (const { rule, what, record } of violations) report(rule, what, record);
    return;
  }
}
