import { momentOf } from '../organize/zoned-time.ts';

/** What the filters of the audit log hold, as they are typed. Empty: all. */
export type AuditFilter = {
  act: string;
  /** The id or the e-mail address of who did it. */
  actor: string;
  kind: string;
  /** The id of what it was done to. */
  id: string;
  /** Days, as `2030-05-04`; the last one is included. */
  from: string;
  to: string;
};

/** The first filters, from the address of the page: links lead to one user’s acts, or to what was done to a thing. */
export function filterIn(search: string): AuditFilter {
  const query = new URLSearchParams(search);
  const [kind = '', id = ''] = (query.get('subject') ?? '').split(':');
  return { act: '', actor: query.get('actor') ?? '', kind, id, from: '', to: '' };
}

/** The query of GET /api/audit. Without a number, the kind of thing says nothing. */
export function queryOf({ act, actor, kind, id, from, to }: AuditFilter, zone: string): string {
  const query = new URLSearchParams();
  const who = actor.trim();
  const what = id.trim();
  if (act !== '') query.set('act', act);
  if (who !== '') query.set(/^\d+$/.test(who) ? 'actor' : 'email', who);
  if (kind !== '' && what !== '') query.set('subject', `${kind}:${what}`);
  const [start, end] = [dayStart(from, zone), dayStart(nextDay(to), zone)];
  if (start !== undefined) query.set('from', start);
  if (end !== undefined) query.set('until', end);
  return query.toString();
}

/** Where the clocks skip midnight, the day begins an hour later. */
function dayStart(day: string, zone: string): string | undefined {
  for (const hour of ['00', '01']) {
    const meant = momentOf(`${day}T${hour}:00`, zone);
    if (meant.kind === 'moment') return new Date(meant.at).toISOString();
  }
  return undefined;
}

function nextDay(day: string): string {
  const at = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(at) ? '' : new Date(at + 86_400_000).toISOString().slice(0, 10);
}
