import { useInfiniteQuery } from '@tanstack/react-query';
import type { Event } from '../../api/types.ts';
import { Paged } from '../../design/paged.tsx';
import rows from '../../design/rows.module.css';
import { useLocale } from '../../i18n/locale.tsx';
import { mailingsQuery, type Mailing } from '../../staff/queries.ts';
import { useWords } from '../../staff/use-words.ts';
import styles from './holders.module.css';

/** What ticket holders were written so far, and how far each mail is. */
export function MailingList({ event }: { event: Event }) {
  const { holders: words } = useWords();
  const query = useInfiniteQuery(mailingsQuery(event.id));
  return (
    <section className={styles.list} aria-labelledby="mailings">
      <h2 id="mailings">{words.list}</h2>
      <Paged query={query} heights={[5, 5]} empty={<p className={styles.soft}>{words.none}</p>}>
        {(mailings) => (
          <ul className={rows.rows}>
            {mailings.map((mailing) => (
              <li key={mailing.id}>
                <MailingRow mailing={mailing} />
              </li>
            ))}
          </ul>
        )}
      </Paged>
    </section>
  );
}

function MailingRow({ mailing }: { mailing: Mailing }) {
  const { format } = useLocale();
  const { holders: words } = useWords();
  const { kind, text, dropId, writtenAt, writtenBy, made, sent, failed, holders, allMade } = mailing;
  const of = allMade ? made : Math.max(made, holders);
  return (
    <div className={rows.cell}>
      <p className={rows.name}>{words.kinds[kind as keyof typeof words.kinds] ?? kind}</p>
      <p className={rows.soft}>
        {format.moment(writtenAt, format.here)} · <bdi>{writtenBy}</bdi> ·{' '}
        {dropId === undefined ? words.toAll : words.toDrop(dropId)}
      </p>
      {text !== '' && (
        <blockquote className={styles.quote} dir="auto">
          {text}
        </blockquote>
      )}
      <p>
        {words.progress(format.number(sent), format.number(of))}
        {failed > 0 && ` · ${words.failed(failed)}`}
      </p>
      {sent < of && <progress className={styles.wide} value={sent} max={of} aria-label={words.list} />}
    </div>
  );
}
