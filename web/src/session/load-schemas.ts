/** The rules of the HTTP contract for accounts, loaded when a form needs them. */
export async function loadAccountSchemas() {
  await import('./without-eval.ts');
  return import('@seatdrop/shared/contract/accounts.ts');
}
