/** Requests to the stand-in for Stripe (start-stripe.ts), and its answers. */

export type StripeAnswer = { status: number; body: Record<string, unknown> };

export type Asked = {
  method: string;
  path: string;
  form: Record<string, string>;
  idempotencyKey: string | undefined;
};

export function failure(status: number, type: string, facts: object): StripeAnswer {
  return { status, body: { error: { type, message: type, ...facts } } };
}
