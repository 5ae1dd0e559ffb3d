import type { z } from 'zod';
import type { sellerDetails } from '../../shared/contract/seller.ts';
import type { Database } from '../../shared/mysql/connect.ts';

type SellerDetails = z.output<typeof sellerDetails>;

type SellerRow = {
  organizer_id: number;
  name: string;
  address: string;
  tax_number: string | null;
  updated_at: Date;
};

export async function findSeller(db: Database, organizerId: number): Promise<SellerDetails | null> {
  const row = await db<SellerRow>('sellers').where({ organizer_id: organizerId }).first();
  if (!row) return null;
  const { name, address, tax_number } = row;
  return { name, address, ...(tax_number !== null && { taxNumber: tax_number }) };
}

export async function writeSeller(
  db: Database,
  organizerId: number,
  {
    name,
    address,
    taxNumber = null,
  }: Omit<SellerDetails, 'taxNumber'> & { taxNumber?: string | null | undefined },
): Promise<void> {
  await db<SellerRow>('sellers')
    .insert({ organizer_id: organizerId, name, address, tax_number: taxNumber, updated_at: new Date() })
    .onConflict()
    .merge();
}
