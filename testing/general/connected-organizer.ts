import request from 'supertest';
import { connectWebhookSecret, type GeneralSystem } from './general-system.ts';
import { enableAccount, type StripeAccount } from './stripe-accounts.ts';
import { sendStripeWebhook } from './stripe-webhook.ts';
import type { TestUser } from './start-general.ts';

/** Stripe tells what has become of an organizer's account. */
export const tellOfAccount = (
  system: Pick<GeneralSystem, 'app'>,
  { id }: Pick<StripeAccount, 'id'>,
  type = 'account.updated',
  facts: Parameters<typeof sendStripeWebhook>[3] = {},
) =>
  sendStripeWebhook(
    system,
    type,
    { object: 'account', id },
    { account: id, secret: connectWebhookSecret, ...facts },
  );

/** Connects an account of this organizer, as on the page, and gives all details. */
export async function connectOrganizer(system: GeneralSystem, organizer: TestUser): Promise<StripeAccount> {
  await request(system.app).post('/api/payout-account').set(organizer.bearer).expect(201);
  const account = [...system.stripe!.accounts.values()].at(-1)!;
  enableAccount(account);
  await tellOfAccount(system, account).expect(204);
  return account;
}
