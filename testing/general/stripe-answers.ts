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

/** Like Stripe, gives the same answer for the same idempotency key, whatever has changed since. */
export function answerOnce() {
  const answers = new Map<string, { request: string; answer: StripeAnswer }>();
  const underWay = new Set<string>();
  return {
    forget: () => answers.clear(),
    async answer(request: Asked, make: () => Promise<StripeAnswer>): Promise<StripeAnswer> {
      const { idempotencyKey: key, method, path, form } = request;
      if (key === undefined) return make();
      const known = answers.get(key);
      const same = JSON.stringify([method, path, form]);
      if (known) return known.request === same ? known.answer : failure(400, 'idempotency_error', {});
      if (underWay.has(key)) return failure(409, 'invalid_request_error', { code: 'idempotency_key_in_use' });
      underWay.add(key);
      try {
        const answer = await make();
        answers.set(key, { request: same, answer });
        return answer;
      } finally {
        underWay.delete(key);
      }
    },
  };
}
