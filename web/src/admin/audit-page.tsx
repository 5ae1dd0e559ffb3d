import { useInfiniteQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { useSearch } from 'wouter';
import { Refusal } from '../api/http.ts';
import { Empty } from '../design/empty.tsx';
import { Field } from '../design/field.tsx';
import { Paged } from '../design/paged.tsx';
import rows from '../design/rows.module.css';
import { useLocale } from '../i18n/locale.tsx';
import { SelectField } from '../staff/fields.tsx';
import { auditLogQuery } from '../staff/queries.ts';
import { useLater } from '../staff/search-field.tsx';
import { useWords } from '../staff/use-words.ts';
import { AdminFrame } from './admin-frame.tsx';
import { filterIn, queryOf, type AuditFilter } from './audit-filter.ts';
import { AuditRow } from './audit-row.tsx';
import styles from './audit.module.css';

export default function AuditPage() {
  const { title, lead } = useWords().admin.audit;
  const search = useSearch();
  return (
    <AdminFrame title={title} lead={lead}>
      <AuditLog key={search} first={filterIn(search)} />
    </AdminFrame>
  );
}

function AuditLog({ first }: { first: AuditFilter }) {
  const { audit: words } = useWords().admin;
  const { format } = useLocale();
  const [filter, setFilter] = useState(first);
  const asked = useDeferredValue(useLater(queryOf(filter, format.here)));
  return (
    <>
      <Filters filter={filter} onChange={(change) => setFilter({ ...filter, ...change })} />
      <Results query={asked} empty={<Empty title={words.empty} hint={words.emptyHint} />} />
    </>
  );
}

type FiltersProps = { filter: AuditFilter; onChange: (change: Partial<AuditFilter>) => void };

function Filters({ filter, onChange }: FiltersProps) {
  const { audit: words } = useWords().admin;
  const typed = (name: keyof AuditFilter) => ({
    value: filter[name],
    onChange: ({ target }: { target: { value: string } }) => onChange({ [name]: target.value }),
  });
  return (
    <search className={styles.filters}>
      <SelectField label={words.act} {...typed('act')}>
        <option value="">{words.allActs}</option>
        {Object.entries(words.acts).map(([act, name]) => (
          <option key={act} value={act}>
            {name}
          </option>
        ))}
      </SelectField>
      <Field
        type="search"
        label={words.actor}
        hint={words.actorHint}
        autoComplete="off"
        maxLength={254}
        {...typed('actor')}
      />
      <SelectField label={words.kind} {...typed('kind')}>
        <option value="">{words.anything}</option>
        {Object.entries(words.subjects).map(([kind, name]) => (
          <option key={kind} value={kind}>
            {name}
          </option>
        ))}
      </SelectField>
      <Field
        type="search"
        label={words.number}
        hint={words.numberHint}
        autoComplete="off"
        maxLength={40}
        disabled={filter.kind === ''}
        {...typed('id')}
      />
      <Field type="date" label={words.from} {...typed('from')} />
      <Field type="date" label={words.to} {...typed('to')} />
    </search>
  );
}

function Results({ query: asked, empty }: { query: string; empty: React.ReactNode }) {
  const query = useInfiniteQuery(auditLogQuery(asked));
  // An address or a number that is not complete yet.
  if (query.error instanceof Refusal && query.error.code === 'invalid_request') return empty;
  return (
    <Paged query={query} heights={[6, 6, 6, 6]} empty={empty}>
      {(records) => (
        <ul className={rows.rows}>
          {records.map((record) => (
            <li key={record.id}>
              <AuditRow record={record} />
            </li>
          ))}
        </ul>
      )}
    </Paged>
  );
}
