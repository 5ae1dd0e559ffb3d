import type { Random } from './random.ts';

/** Number of buyers of a drop, when they come, and how they behave. */
export type Scenario = {
  buyers: number;
  seats: number;
  standby: number;
  /** Maximum seats per buyer; each asks for 1 to this many. */
  quantity: number;
  holdSeconds: number;
  partitions: number;
  /** Seconds over which the presses of Buy are spread. */
  burst: number;
  /** Percentages of the buyers who got seats. */
  chances: {
    decline: number;
    challenge: number;
    abandon: number;
    lapse: number;
    leave: number;
    slow: number;
    lost: number;
    late: number;
  };
  /** Percentage of buyers who press twice. */
  double: number;
  /** Percentage of those who have paid who give seats back, all or one; half of them through the organizer. */
  returns: number;
  seed: number;
  /** The seats cost nothing: no card is sent, and an order is paid as soon as it is begun. */
  free?: boolean;
};

export type PaymentToken =
  'tok_approved' | 'tok_declined' | 'tok_challenge' | 'tok_slow' | 'tok_lost' | 'tok_late';

/** What a buyer does with a hold. `afterMs` counts from when the buyer learns of the hold. */
export type WithHold =
  /**
   * The next token is tried if a card is declined; undefined where there is nothing to pay. `opensPage`: the payment is begun before a card is chosen, as the pay
   * page does it. `approves`: the answer to a bank that asks.
   */
  | {
      kind: 'pay';
      afterMs: number;
      tokens: (PaymentToken | undefined)[];
      opensPage?: boolean;
      approves?: boolean;
    }
  /** Begins to pay and goes away. */
  | { kind: 'abandon'; afterMs: number }
  | { kind: 'lapse' }
  | { kind: 'leave'; afterMs: number };

export type Plan = {
  /** Counted from when the drop opens. */
  pressAfterMs: number;
  twice: boolean;
  quantity: number;
  withHold: WithHold;
  leaveStandbyAfterMs: number | undefined;
  giveBack: PlannedReturn | undefined;
};

/** What a buyer does with an order: gives seats back, or asks the organizer for a refund. `afterMs` counts from the order. */
export type PlannedReturn = { afterMs: number; isWhole: boolean; throughOrganizer: boolean };

export function makePlan(scenario: Scenario, random: Random): Plan {
  return {
    pressAfterMs: random.between(0, scenario.burst * 1000),
    twice: random.chance(scenario.double),
    quantity: random.integer(1, scenario.quantity),
    withHold: withHold(scenario, random),
    leaveStandbyAfterMs: random.chance(scenario.chances.leave) ? random.between(500, 5_000) : undefined,
    giveBack: giveBack(scenario, random),
  };
}

function giveBack({ returns }: Scenario, random: Random): PlannedReturn | undefined {
  if (!random.chance(returns)) return undefined;
  return {
    afterMs: random.between(100, 4_000),
    isWhole: random.chance(50),
    throughOrganizer: random.chance(50),
  };
}

function withHold({ chances, holdSeconds, free }: Scenario, random: Random): WithHold {
  const afterMs = random.between(200, Math.min(5_000, holdSeconds * 300));
  const otherCard: PaymentToken[] = random.chance(50) ? ['tok_approved'] : [];
  const opensPage = random.chance(50);
  const approves = random.chance(70);
  const { lapse, leave, abandon, decline, challenge, slow, lost, late } = chances;
  const choices: [percent: number, choice: WithHold][] = [
    [lapse, { kind: 'lapse' }],
    [leave, { kind: 'leave', afterMs }],
    [abandon, { kind: 'abandon', afterMs }],
    [decline, { kind: 'pay', afterMs, tokens: ['tok_declined', ...otherCard], opensPage }],
    [challenge, { kind: 'pay', afterMs, tokens: ['tok_challenge', ...otherCard], opensPage, approves }],
    [slow, { kind: 'pay', afterMs, tokens: ['tok_slow'], opensPage }],
    [lost, { kind: 'pay', afterMs, tokens: ['tok_lost'], opensPage }],
    [late, { kind: 'pay', afterMs, tokens: ['tok_late'], opensPage }],
  ];
  let drawn = random.between(0, 100);
  for (const [percent, choice] of choices) {
    drawn -= percent;
    if (drawn < 0 && (!free || choice.kind === 'lapse' || choice.kind === 'leave')) return choice;
  }
  if (free) return { kind: 'pay', afterMs, tokens: [undefined] };
  return { kind: 'pay', afterMs, tokens: ['tok_approved'], opensPage };
}
