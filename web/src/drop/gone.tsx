import { useQuery } from '@tanstack/react-query';
import { placeQuery } from '../api/queries.ts';
import { Button, ButtonLink } from '../design/button.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { useMe } from '../session/use-me.ts';
import styles from './counter.module.css';
import { LeftBar } from './left-bar.tsx';
import type { Stage } from './stage-of.ts';
import type { LiveDrop } from './use-drop.ts';

export function Gone({ live, stage }: { live: LiveDrop; stage: Extract<Stage, { kind: 'gone' }> }) {
  const { text, format } = useLocale();
  const { state } = live.feed;
  const hasStandby = live.drop.standbyLimit > 0;
  return (
    <>
      <h2 id="stage" tabIndex={-1} className={styles.title}>
        {text.gone.title}
      </h2>
      <LeftBar live={live} />
      <p>
        {text.gone[`${stage.missed ? 'missed' : 'others'}${hasStandby ? '' : 'NoStandby'}`]}
        {state && ` ${text.gone.taken(format.number(state.sold), format.number(state.held))}`}
      </p>
      {stage.missed && <Place dropId={live.drop.id} />}
      <p className={styles.soft}>{hasStandby ? text.gone.again : text.gone.againNoStandby}</p>
      <ButtonLink look="quiet" href="/">
        {text.phases.otherEvents}
      </ButtonLink>
    </>
  );
}

/** Fetched only on demand: when a drop sells out, nearly all its buyers are on this page at once. */
function Place({ dropId }: { dropId: number }) {
  const { text, format } = useLocale();
  const me = useMe();
  const { data, error, isFetching, refetch } = useQuery({
    ...placeQuery(dropId, me?.id ?? 0),
    enabled: false,
  });
  if (typeof data === 'number') return <p role="status">{text.gone.place(format.number(data))}</p>;
  const isUnknown = !isFetching && (error !== null || data === null);
  return (
    <div>
      <Button look="bare" busy={isFetching} onClick={() => void refetch()}>
        {text.gone.askPlace}
      </Button>
      {isUnknown && <p role="status">{text.gone.placeUnknown}</p>}
    </div>
  );
}
