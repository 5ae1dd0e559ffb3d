import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Phase } from '../api/types.ts';
import { Paged } from '../design/paged.tsx';
import { DropBadge } from '../design/drop-badge.tsx';
import { useDropStatus } from '../live/use-drop-status.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Empty } from '../design/empty.tsx';
import { SelectField } from '../staff/fields.tsx';
import { allDropsQuery, type DropListed } from '../staff/queries.ts';
import rows from '../design/rows.module.css';
import { SoldBar } from '../design/sold-bar.tsx';
import { useWords } from '../staff/use-words.ts';
import { AdminFrame } from './admin-frame.tsx';
import styles from './admin.module.css';

const phases = ['scheduled', 'open', 'paused', 'closed', 'cancelled'] as const;

export default function AllDropsPage() {
  const { admin } = useWords();
  const words = admin.drops;
  return (
    <AdminFrame title={words.title}>
      <AllDrops />
    </AdminFrame>
  );
}

function AllDrops() {
  const { admin, phases: phaseWords } = useWords();
  const words = admin.drops;
  const [phase, setPhase] = useState<Phase>();
  const query = useInfiniteQuery(allDropsQuery(phase));
  return (
    <>
      <div className={styles.search}>
        <SelectField
          label={words.phase}
          value={phase ?? ''}
          onChange={(event) => setPhase(phases.find((each) => each === event.target.value))}
        >
          <option value="">{words.any}</option>
          {phases.map((each) => (
            <option key={each} value={each}>
              {phaseWords[each]}
            </option>
          ))}
        </SelectField>
      </div>
      <Paged query={query} heights={[5, 5, 5]} empty={<Empty title={words.empty} />}>
        {(drops) => (
          <ul className={rows.rows}>
            {drops.map((drop) => (
              <li key={drop.id} className={styles.drop}>
                <DropRow drop={drop} />
              </li>
            ))}
          </ul>
        )}
      </Paged>
    </>
  );
}

function DropRow({ drop }: { drop: DropListed }) {
  const { text, format } = useLocale();
  const { admin, events } = useWords();
  const { sold = 0, free = drop.capacity, capacity } = drop;
  const { status } = useDropStatus(drop);
  return (
    <>
      <div className={rows.cell}>
        <p className={rows.name}>
          <Link href={`/organize/drops/${drop.id}`} className={styles.cover}>
            <bdi>{drop.event.title}</bdi>
          </Link>
          <DropBadge status={status} />
        </p>
        <p className={rows.soft}>
          {events.drop(drop.id)} · {admin.drops.by(drop.organizer.name)} · <bdi>{drop.event.venue}</bdi>
        </p>
      </div>
      <p className={rows.soft}>
        {events.opens(format.opening(drop.opensAt, drop.event.timeZone, text.common.yourTime))}
        <br />
        {events.until(format.moment(drop.closesAt, drop.event.timeZone))}
      </p>
      <div className={styles.sold}>
        <SoldBar sold={sold} free={free} capacity={capacity} />
        <p className={rows.soft}>
          {events.soldOf(format.number(sold), format.number(capacity))} · {format.money(drop.price)}
        </p>
      </div>
    </>
  );
}
