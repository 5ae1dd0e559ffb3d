import type { PaymentProvider } from './provider.ts';

/** Of a provider that reports neither disputes nor refunds that others made. */
export const withoutReports: Pick<PaymentProvider, 'findDispute' | 'findRefunds'> = {
  findDispute: () => Promise.resolve({ kind: 'unknown' }),
  findRefunds: () => Promise.resolve({ kind: 'unknown' }),
};
