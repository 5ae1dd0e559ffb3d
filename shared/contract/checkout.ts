import { z } from 'zod';

export const checkoutBody = z
  .strictObject({
    checkoutToken: z.string().max(4096),
    payment: z.strictObject({ token: z.string().regex(/^[\x21-\x7e]{1,255}$/) }),
  })
  .meta({ id: 'Checkout' });
