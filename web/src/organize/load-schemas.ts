/** The rules of the HTTP contract for events and drops, loaded when a form needs them. */
export async function loadEventSchemas() {
  await import('../session/without-eval.ts');
  return import('@seatdrop/shared/contract/events.ts');
}

export async function loadDropSchemas() {
  await import('../session/without-eval.ts');
  return import('@seatdrop/shared/contract/drops.ts');
}

export async function loadAnnouncementSchemas() {
  await import('../session/without-eval.ts');
  return import('@seatdrop/shared/contract/announcements.ts');
}
