/** The rules of the HTTP contract, loaded when a form needs them: their library is as large as the rest of a page. */
export async function loadAccountSchemas() {
  await import('./without-eval.ts');
  return import('@seatdrop/shared/contract/accounts.ts');
}

export async function loadEventSchemas() {
  await import('./without-eval.ts');
  return import('@seatdrop/shared/contract/events.ts');
}

export async function loadDropSchemas() {
  await import('./without-eval.ts');
  return import('@seatdrop/shared/contract/drops.ts');
}

export async function loadAnnouncementSchemas() {
  await import('./without-eval.ts');
  return import('@seatdrop/shared/contract/announcements.ts');
}
