import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useSay } from '../design/announcer.tsx';
import { classes } from '../design/classes.ts';
import { Check, Cross } from '../design/icons.tsx';
import { LoadFailed } from '../design/page.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { healthQuery, type Health as Told } from '../staff/queries.ts';
import { useStaffFault } from '../staff/use-staff-fault.ts';
import { useWords } from '../staff/use-words.ts';
import { Notice } from '../design/notice.tsx';
import { AdminFrame } from './admin-frame.tsx';
import styles from './admin.module.css';

type Process = Told['tiers'][number];

const looks: Record<string, string | undefined> = { ok: styles.fine, away: styles.without };

export default function HealthPage() {
  const { admin } = useWords();
  const words = admin.health;
  return (
    <AdminFrame title={words.title} lead={words.lead}>
      <Health />
    </AdminFrame>
  );
}

function Health() {
  const { admin } = useWords();
  const words = admin.health;
  const faultOf = useStaffFault();
  const say = useSay();
  const { data, error, refetch } = useQuery(healthQuery);
  const failing = data?.tiers.filter(({ state }) => state === 'not_ready' || state === 'unreachable').length;
  const summary = failing === undefined ? undefined : failing === 0 ? words.allReady : words.someNot(failing);
  useEffect(() => {
    if (summary !== undefined) say(summary);
  }, [summary, say]);
  if (!data) return error ? <LoadFailed error={error} retry={refetch} /> : <Skeleton heights={[3, 9, 9]} />;
  return (
    <div className={styles.health}>
      {error && <Notice tone="bad">{faultOf(error)}</Notice>}
      <h2 className={classes(styles.summary, failing ? styles.isBad : styles.isGood)}>
        {failing ? <Cross /> : <Check />} {summary}
      </h2>
      <ul className={styles.tiers}>
        {data.tiers.map((process) => (
          <li key={`${process.name} ${process.instance}`} className={styles.tier} data-state={process.state}>
            <Tier
              process={process}
              isAlone={data.tiers.filter(({ name }) => name === process.name).length === 1}
            />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Tier({ process, isAlone }: { process: Process; isAlone: boolean }) {
  const { admin } = useWords();
  const words = admin.health;
  const { name, instance, state, checks = {}, milliseconds } = process;
  return (
    <>
      <header>
        <h3>
          {name} {!isAlone && <span className={styles.soft}>{words.instance(instance)}</span>}
        </h3>
        <p className={styles.state}>
          {state === 'ready' ? <Check /> : state === 'unknown' ? null : <Cross />}
          {words.states[state]}
        </p>
      </header>
      <p className={styles.soft}>
        {words.tiers[name as keyof typeof words.tiers] ?? ''}
        {milliseconds !== undefined && ` · ${words.answered(milliseconds)}`}
        {state === 'unknown' && ` · ${words.unknownHint}`}
      </p>
      {Object.keys(checks).length > 0 && (
        <dl className={styles.checks}>
          {Object.entries(checks).map(([check, said]) => (
            <div key={check} className={looks[said] ?? styles.wrong}>
              <dt>{check}</dt>
              <dd>{words.checks[said] ?? said}</dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}
