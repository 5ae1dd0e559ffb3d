/** The rules of docs/invariants.md, with their numbers there, and rules for the archive, the queues and the buyers. */
export type Rule =
  | '1 one owner'
  | '2 seats add up'
  | '3 one outcome'
  | '4 in order'
  | '5 holds end'
  | '5 money'
  | '6 orders survive'
  /** The archive of the ledger is complete, in order and unchanged. */
  | 'the books'
  | 'told the truth'
  | 'nothing left over';

export type Violation = { rule: Rule; what: string; /** Where it can be seen. */ record: unknown };

export type Report = (rule: Rule, what: string, record: unknown) => void;

/** Collects violations. */
export function createReport(): { violations: Violation[]; report: Report } {
  const violations: Violation[] = [];
  return { violations, report: (rule, what, record) => void violations.push({ rule, what, record }) };
}
