import type { OwnEntries } from '../../shared/contract/own-entries.ts';
import type { Deps } from '../../general/deps.ts';
import { listOwnEntries } from '../../general/entry/list-own-entries.ts';

/** What GET /api/me/entries answers this buyer, from a process that has asked for no drops yet. */
export async function listedEntries(deps: Deps, userId: number): Promise<OwnEntries> {
  const call = { session: { userId }, log: deps.log } as Parameters<
    ReturnType<typeof listOwnEntries>['handle']
  >[0];
  return (await listOwnEntries(deps).handle(call)) as OwnEntries;
}
