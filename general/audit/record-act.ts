/**
 * Writes the audit log (docs/decisions/044). It is append-only: this file is the only one that writes the table, and
 * nothing changes or deletes its rows.
 */
import type { Role, Session } from '../../shared/auth/session.ts';
import type { Act, SubjectKind } from '../../shared/contract/audit.ts';
import { clientAt } from '../../shared/http/client-address.ts';
import type { Database } from '../../shared/mysql/connect.ts';

/** Who makes a call, and from where. */
export type Actor = {
  userId: number;
  role: Role;
  /** As limits name a client: an IPv4 address, or the /64 of an IPv6 address. */
  address: string;
  requestId: string;
};

export function actorOf(
  { userId, role }: Session,
  { address, requestId }: { address: string | undefined; requestId: string },
): Actor {
  return { userId, role, address: clientAt(address), requestId };
}

/** Fields by name, as JSON. No passwords, tokens, cards or answers of questions. */
export type RecordedFields = Record<string, unknown>;

type Recorded = {
  act: Act;
  subject: { kind: SubjectKind; id: number | string };
  /** Null if the act created something. */
  before: RecordedFields | null;
  after: RecordedFields;
};

/** Of `before` and `after` only the fields that differ are written, and no record at all if none does. */
export async function recordAct(
  /** The transaction of the change, so that neither is written without the other. */
  trx: Database,
  { userId, role, address, requestId }: Actor,
  { act, subject, before, after }: Recorded,
): Promise<void> {
  const changed = Object.keys({ ...before, ...after }).filter(
    (name) => before === null || JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
  if (changed.length === 0) return;
  const only = (fields: RecordedFields) => JSON.stringify(pick(fields, changed));
  await trx('audit_log').insert({
    acted_at: new Date(),
    actor_id: userId,
    actor_role: role,
    act,
    subject_kind: subject.kind,
    subject_id: String(subject.id),
    was: before && only(before),
    became: only(after),
    address,
    request_id: requestId,
  });
}

function pick(fields: RecordedFields, names: readonly string[]): RecordedFields {
  return Object.fromEntries(names.filter((name) => name in fields).map((name) => [name, fields[name]]));
}
