/** The fields of the search for events. What is searched for stands in the address, so that Back and links work. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { eventsQuery } from '../api/queries.ts';
import { Button } from '../design/button.tsx';
import { Field, FieldFrame } from '../design/field.tsx';
import { addressOf, days, faultOf, searchIn, type EventSearch } from './event-search.ts';
import styles from './finder.module.css';
import { FoundEvents } from './found-events.tsx';
import { isEventSearch } from './search-names.ts';
import { useSearchWords } from './search-words.ts';

export default function EventFinder() {
  const isSearch = isEventSearch(useSearch());
  return (
    <>
      <Finder />
      {isSearch && <FoundEvents />}
    </>
  );
}

/** Milliseconds without typing before the value counts. */
const pauseMs = 300;

function Finder() {
  const words = useSearchWords();
  const { search, typed, type, go } = useTypedSearch();
  const inUse = [search.place, search.from, search.to, search.max, search.available].filter(Boolean).length;
  const [isOpen, setOpen] = useState(inUse > 0);
  return (
    <search>
      <form
        className={styles.finder}
        onSubmit={(event) => {
          event.preventDefault();
          go(typed);
        }}
      >
        <Field
          type="search"
          label={words.label}
          value={typed.q}
          maxLength={100}
          autoComplete="off"
          enterKeyHint="search"
          onChange={({ target }) => type({ q: target.value })}
        />
        <details
          className={styles.filters}
          open={isOpen}
          onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
        >
          <summary>{inUse === 0 ? words.filters : words.filtersInUse(inUse)}</summary>
          <Filters typed={typed} type={type} />
        </details>
        {isEventSearch(addressOf(search)) && (
          <Button look="quiet" onClick={() => go(searchIn(''))}>
            {words.clear}
          </Button>
        )}
      </form>
    </search>
  );
}

type FieldsProps = { typed: EventSearch; type: (changes: Partial<EventSearch>) => void };

function Filters({ typed, type }: FieldsProps) {
  const words = useSearchWords();
  const currencies = useCurrencies(typed.currency);
  const fault = faultOf({ ...typed, currency: typed.currency || currencies[0]! });
  const range = { min: days.first, max: days.last };
  return (
    <div className={styles.fields}>
      <Field
        type="date"
        {...range}
        label={words.from}
        value={typed.from}
        onChange={({ target }) => type({ from: target.value })}
      />
      <Field
        type="date"
        {...range}
        label={words.to}
        value={typed.to}
        error={fault === 'days' ? words.wrongDays : undefined}
        onChange={({ target }) => type({ to: target.value })}
      />
      <Field
        type="text"
        label={words.place}
        value={typed.place}
        maxLength={100}
        autoComplete="off"
        onChange={({ target }) => type({ place: target.value })}
      />
      <div className={styles.price}>
        <Field
          type="text"
          inputMode="decimal"
          label={words.max}
          value={typed.max}
          maxLength={12}
          autoComplete="off"
          error={fault === 'price' ? words.wrongPrice : undefined}
          onChange={({ target }) => type({ max: target.value, currency: typed.currency || currencies[0]! })}
        />
        <FieldFrame label={words.currency}>
          {(ties) => (
            <select
              {...ties}
              value={typed.currency || currencies[0]}
              onChange={({ target }) => type({ currency: target.value })}
            >
              {currencies.map((code) => (
                <option key={code}>{code}</option>
              ))}
            </select>
          )}
        </FieldFrame>
      </div>
      <label className={styles.check}>
        <input
          type="checkbox"
          checked={typed.available !== ''}
          onChange={({ target }) => type({ available: target.checked ? 'true' : '' })}
        />
        {words.available}
      </label>
    </div>
  );
}

/** What is typed goes into the address after a pause, and what is in the address into the fields: after Back, say. */
function useTypedSearch() {
  const address = useSearch();
  const [, navigate] = useLocation();
  const search = searchIn(address);
  const [typed, setTyped] = useState(search);
  const [known, setKnown] = useState(address);
  if (known !== address) {
    setKnown(address);
    if (addressOf(typed) !== addressOf(search)) setTyped(search);
  }
  const target = addressOf(typed);
  const isNew = target !== addressOf(search);
  useEffect(() => {
    if (!isNew) return;
    // The first letter is a step that Back undoes; the others are not.
    const timer = setTimeout(() => navigate(target, { replace: isEventSearch(address) }), pauseMs);
    return () => clearTimeout(timer);
  }, [isNew, target, address, navigate]);
  return {
    search,
    typed,
    type: (changes: Partial<EventSearch>) => setTyped((last) => ({ ...last, ...changes })),
    go: (next: EventSearch) => {
      setTyped(next);
      if (addressOf(next) !== addressOf(search)) navigate(addressOf(next));
    },
  };
}

/** The currencies of the events that are known, and the one that is searched for. */
function useCurrencies(chosen: string): string[] {
  const { data } = useInfiniteQuery(eventsQuery);
  const known = data?.pages.flatMap(({ items }) =>
    items.flatMap(({ drops }) => drops.map(({ price }) => price.currency)),
  );
  const all = new Set([chosen, ...(known ?? [])].filter((code) => code !== ''));
  return all.size === 0 ? ['EUR'] : [...all].toSorted((a, b) => a.localeCompare(b));
}
