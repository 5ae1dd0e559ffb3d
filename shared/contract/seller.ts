import { z } from 'zod';
import { fault } from './fault-codes.ts';
import { label, prose } from './text.ts';

const maxAddressLines = 6;

/** Who an organizer is on receipts. */
export const sellerDetails = z
  .strictObject({
    name: label(100).meta({ description: 'Of the business, as receipts name it' }),
    address: prose(300)
      .min(1)
      .refine((text) => text.split('\n').length <= maxAddressLines, fault('too_many_lines'))
      .meta({ description: 'Postal address, up to six lines' }),
    taxNumber: label(40).optional().meta({ description: 'VAT, GST or business number' }),
  })
  .meta({ id: 'SellerDetails' });

export const ownSeller = z.object({
  seller: z
    .object({ name: z.string(), address: z.string(), taxNumber: z.string().optional() })
    .nullable()
    .meta({ description: '`null`: nothing was entered, and receipts have the name of the account' }),
});
