import { Counter, type Registry } from 'prom-client';
import { Problem } from '../../shared/tier/problems.ts';

const results = ['created', 'taken', 'refused', 'failed'] as const;
export type SignUpResult = (typeof results)[number];

/** Many of the result `taken` mean that somebody tries out which addresses have an account. */
export function countSignUps(registry: Registry): (result: SignUpResult) => void {
  const counter = new Counter({
    name: 'seatdrop_sign_ups_total',
    help: 'Sign-ups with a valid body, by result; taken: the address has an account; refused: too many from one client',
    labelNames: ['result'],
    registers: [registry],
  });
  for (const result of results) counter.inc({ result }, 0);
  return (result) => counter.inc({ result });
}

export function resultOf(error: unknown): SignUpResult {
  const code = error instanceof Problem ? error.code : undefined;
  if (code === 'email_taken') return 'taken';
  return code === 'too_many_requests' ? 'refused' : 'failed';
}
