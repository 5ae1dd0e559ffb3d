import { z } from 'zod';

export const checkoutBody = z
  .strictObject({
    checkoutToken: z.string().max(4096),
    payment: z.strictObject({ token: z.string().min(1).max(255) }),
  })
  .meta({ id: 'Checkout' });
