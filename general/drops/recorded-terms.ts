import type { Drop } from '../../shared/drops/drop.ts';
import type { RecordedFields } from '../audit/record-act.ts';

/**
 * The terms of a drop as the audit log compares them. It has the questions but not their answers, which are
 * secret: `hasOtherAnswers` says only that they were replaced.
 */
export function recordedTerms(drop: Drop, before?: Drop): RecordedFields {
  const { questions } = drop;
  const answers = (of: Drop) => JSON.stringify(of.questions.map(({ answer }) => answer));
  return {
    opensAt: new Date(drop.opensAt),
    closesAt: new Date(drop.closesAt),
    price: drop.price,
    fees: drop.fees ?? null,
    platformFees: drop.platformFees ?? null,
    taxPercent: drop.taxPercent ?? null,
    payoutAccount: drop.payoutAccount ?? null,
    holdSeconds: drop.holdSeconds,
    paySeconds: drop.paySeconds,
    maxPerBuyer: drop.maxPerBuyer,
    standbyLimit: drop.standbyLimit,
    lapsePauseSeconds: drop.lapsePauseSeconds,
    returns: drop.returns
      ? { until: new Date(drop.returns.until), keepPercent: drop.returns.keepPercent }
      : null,
    partitions: drop.partitions,
    sections: drop.sections,
    questions: questions.map(({ text, choices }) => ({ text, ...(choices && { choices }) })),
    ...(before && answers(before) !== answers(drop) && { hasOtherAnswers: true }),
  };
}
