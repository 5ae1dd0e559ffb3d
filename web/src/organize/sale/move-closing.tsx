import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Confirm } from '../../design/late-confirm.tsx';
import { ask, Refusal } from '../../api/http.ts';
import type { Drop, Event } from '../../api/types.ts';
import { serverClock } from '../../clock/server-clock.ts';
import { useSay } from '../../design/announcer.tsx';
import { Button } from '../../design/button.tsx';
import { Notice } from '../../design/notice.tsx';
import { useLocale } from '../../i18n/locale.tsx';
import { useStaffFault } from '../../staff/use-staff-fault.ts';
import { useWords } from '../../staff/use-words.ts';
import { isLate } from '../drop-form/drop-values.ts';
import { closesLate } from '../form-faults.ts';
import { LateBox } from '../late-box.tsx';
import { TimeField } from '../time-field.tsx';
import { momentOf, typedTime, usableZone } from '../zoned-time.ts';
import styles from './sale-page.module.css';

const steps = { quarter: 15 * 60_000, hour: 3_600_000 };

type MoveClosingProps = { drop: Drop; event: Event; closesAt: string; refetch: () => Promise<unknown> };

export function MoveClosing({ drop, event, closesAt, refetch }: MoveClosingProps) {
  const timeZone = usableZone(event.timeZone);
  const { format } = useLocale();
  const { sale: words, faults, form } = useWords();
  const faultOf = useStaffFault();
  const say = useSay();
  const client = useQueryClient();
  const [typed, setTyped] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  const [error, setError] = useState<unknown>();
  const [allowLate, setAllowLate] = useState(false);
  const meantNow = momentOf(typed ?? '', timeZone);
  const late =
    meantNow.kind === 'moment' && isLate(new Date(meantNow.at).toISOString(), event, { ...drop, closesAt });

  const change = (value: string) => {
    setTyped(value);
    setFault(undefined);
    setError(undefined);
  };

  const save = async () => {
    const meant = momentOf(typed ?? '', timeZone);
    if (meant.kind !== 'moment') {
      setFault(meant.kind === 'gap' ? faults.gap : faults.required);
      return;
    }
    if (meant.at <= Math.max(serverClock.now(), Date.parse(drop.opensAt))) {
      setFault(meant.at <= serverClock.now() ? faults.past : faults.afterOpening);
      return;
    }
    if (late && !allowLate) {
      setFault(faults.late);
      return;
    }
    setBusy(true);
    try {
      await ask('PATCH', `/drops/${drop.id}`, {
        body: { closesAt: new Date(meant.at).toISOString(), ...(late && { allowLate }) },
      });
      void client.invalidateQueries({ queryKey: ['drops', drop.id] });
      void client.invalidateQueries({ queryKey: ['own events'] });
      await refetch();
      say(words.extended(format.moment(meant.at, timeZone)));
      setTyped(undefined);
    } catch (caught) {
      if (caught instanceof Refusal && caught.code === 'invalid_request') {
        // The event was moved meanwhile, or the time has passed.
        const isLateNow = caught.body.errors?.some(({ message }) => message === closesLate);
        if (isLateNow) void client.invalidateQueries({ queryKey: ['events', event.id] });
        setFault(isLateNow ? faults.late : faults.past);
      } else setError(caught);
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      <Button look="quiet" onClick={() => change(typedTime(Date.parse(closesAt), timeZone))}>
        {words.extend}
      </Button>
      {typed !== undefined && (
        <Confirm
          open
          onOpenChange={(open) => !open && setTyped(undefined)}
          title={words.extendTitle}
          text={words.extendText}
          yes={words.extendYes}
          no={form.cancel}
          busy={isBusy}
          onYes={() => void save()}
        >
          <TimeField
            label={words.extendLabel}
            typed={typed}
            timeZone={timeZone}
            value={typed}
            onChange={({ target }) => change(target.value)}
            error={fault}
          />
          {late && <LateBox checked={allowLate} onChange={({ target }) => setAllowLate(target.checked)} />}
          <div className={styles.quick}>
            {(['quarter', 'hour', 'day'] as const).map((step) => (
              <Button key={step} look="quiet" onClick={() => change(later(typed, step, timeZone) ?? typed)}>
                {words.extendBy[step]}
              </Button>
            ))}
          </div>
          {error !== undefined && <Notice tone="bad">{faultOf(error)}</Notice>}
        </Confirm>
      )}
    </>
  );
}

/** A day later is the same time on the next day, also where the clocks are set in between. */
function later(typed: string, step: keyof typeof steps | 'day', zone: string): string | undefined {
  if (step === 'day') return momentOf(typed, 'UTC').kind === 'moment' ? nextDay(typed) : undefined;
  const meant = momentOf(typed, zone);
  return meant.kind === 'moment' ? typedTime(meant.at + steps[step], zone) : undefined;
}

function nextDay(typed: string): string {
  return typedTime(Date.parse(`${typed}Z`) + 86_400_000, 'UTC');
}
