import { Link } from 'wouter';
import rows from '../design/rows.module.css';
import { useLocale, type Localized } from '../i18n/locale.tsx';
import type { AuditRecord } from '../staff/queries.ts';
import { useWords } from '../staff/use-words.ts';
import styles from './audit.module.css';

/** Longer lists of changes, such as all terms of a new sale, are folded. */
const mostUnfolded = 4;

export function AuditRow({ record }: { record: AuditRecord }) {
  const { format } = useLocale();
  const { admin, roleNames } = useWords();
  const words = admin.audit;
  const { actor, subject } = record;
  const act = words.acts[record.act as keyof typeof words.acts] ?? record.act;
  const role = roleNames[actor.role as keyof typeof roleNames] ?? actor.role;
  return (
    <div className={styles.record}>
      <p className={rows.name}>
        {act}
        <Link href={pageOf(subject)} className={styles.subject}>
          <bdi>{nameOf(subject, words.subjects)}</bdi>
        </Link>
      </p>
      <p className={rows.soft}>
        <Link href={`/admin/audit?actor=${actor.id}`}>
          <bdi>{actor.name ?? `#${actor.id}`}</bdi>
        </Link>
        {actor.email !== undefined && (
          <>
            {' '}
            <bdi>{actor.email}</bdi>
          </>
        )}{' '}
        · {role}
      </p>
      <p className={rows.soft}>
        {format.exactMoment(record.at, format.here)} · {record.address} · {words.request(record.requestId)}
      </p>
      <Changes record={record} />
    </div>
  );
}

function Changes({ record: { before, after } }: { record: AuditRecord }) {
  const { audit: words } = useWords().admin;
  const locale = useLocale();
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  if (names.length === 0) return null;
  const said = (fields: AuditRecord['before'], name: string) => valueOf(fields?.[name], locale, words);
  return (
    <details open={names.length <= mostUnfolded}>
      <summary>{words.details(names.length)}</summary>
      <dl className={styles.changes}>
        {names.map((name) => (
          <div key={name}>
            <dt>{words.fields[name as keyof typeof words.fields] ?? name}</dt>
            <dd>
              {before !== null && (
                <>
                  <del>
                    <bdi>{said(before, name)}</bdi>
                  </del>{' '}
                  <span aria-hidden="true">→</span>{' '}
                </>
              )}
              <ins>
                <bdi>{said(after, name)}</bdi>
              </ins>
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

type Words = ReturnType<typeof useWords>['admin']['audit'];

/** A value as people read it; what has a form of its own, such as a list of sections, as JSON. */
function valueOf(value: unknown, { format }: Pick<Localized, 'format'>, words: Words): string {
  if (value === undefined || value === null || value === '') return words.nothing;
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  if (typeof value === 'number') return format.number(value);
  if (typeof value === 'string')
    return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? format.exactMoment(value, format.here) : value;
  const { amount, currency } = value as { amount?: unknown; currency?: unknown };
  if (typeof amount === 'number' && typeof currency === 'string') return format.money({ amount, currency });
  return JSON.stringify(value);
}

type Subject = AuditRecord['subject'];

function nameOf({ kind, id, name }: Subject, kinds: Words['subjects']): string {
  const word = kinds[kind as keyof typeof kinds] ?? kind;
  if (kind === 'queue') return word;
  return name === undefined ? `${word} ${id}` : `${word} ${id}: ${name}`;
}

/** The page about the thing; of a user, what else was done to it. */
function pageOf({ kind, id }: Subject): string {
  switch (kind) {
    case 'event':
      return `/organize/events/${id}/edit`;
    case 'drop':
      return `/organize/drops/${id}`;
    case 'order':
      return `/organize/orders/${id}`;
    case 'queue':
      return '/admin/parked';
    default:
      return `/admin/audit?subject=${kind}:${id}`;
  }
}
