import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, Refusal } from '../../api/http.ts';
import type { Drop, Event } from '../../api/types.ts';
import { serverClock } from '../../clock/server-clock.ts';
import { useSay } from '../../design/announcer.tsx';
import { Button } from '../../design/button.tsx';
import { ConfirmDialog } from '../../design/confirm-dialog.tsx';
import { useLocale } from '../../i18n/locale.tsx';
import { useStaffFault } from '../../staff/use-staff-fault.ts';
import { useWords } from '../../staff/use-words.ts';
import { isLate } from '../drop-form/drop-values.ts';
import { closesLate } from '../form-faults.ts';
import { LateBox } from '../late-box.tsx';
import { TimeField } from '../time-field.tsx';
import { momentOf, typedTime, usableZone } from '../zoned-time.ts';
import styles from './live-page.module.css';

const steps = { quarter: 15 * 60_000, hour: 3_600_000 };

type MoveClosingProps = { drop: Drop; event: Event; closesAt: string; refetch: () => Promise<unknown> };

export function MoveClosing({ drop, event, closesAt, refetch }: MoveClosingProps) {
  const timeZone = usableZone(event.timeZone);
  const { format } = useLocale();
  const { dropPages: words, faults, form } = useWords();
  const faultOf = useStaffFault();
  const say = useSay();
  const client = useQueryClient();
  const [typed, setTyped] = useState<string>();
  const [fault, setFault] = useState<string>();
  const [allowLate, setAllowLate] = useState(false);
  const meantNow = momentOf(typed ?? '', timeZone);
  const late =
    meantNow.kind === 'moment' && isLate(new Date(meantNow.at).toISOString(), event, { ...drop, closesAt });
  const { mutate, isPending, error, reset } = useMutation({
    async mutationFn(at: number) {
      await ask('PATCH', `/drops/${drop.id}`, {
        body: { closesAt: new Date(at).toISOString(), ...(late && { allowLate }) },
      });
      void client.invalidateQueries({ queryKey: ['drops', drop.id] });
      void client.invalidateQueries({ queryKey: ['own events'] });
      await refetch();
      say(words.extended(format.moment(at, timeZone)));
    },
    onSuccess: () => setTyped(undefined),
    onError(refused) {
      if (!isOfTheTime(refused)) return;
      // The event was moved in the meantime, or the time has passed.
      const isLateNow = refused.body.errors?.some(({ message }) => message === closesLate);
      if (isLateNow) void client.invalidateQueries({ queryKey: ['events', event.id] });
      setFault(isLateNow ? faults.late : faults.past);
    },
  });

  const change = (value: string) => {
    setTyped(value);
    setFault(undefined);
    reset();
  };

  const save = () => {
    const meant = momentOf(typed ?? '', timeZone);
    if (meant.kind !== 'moment') setFault(meant.kind === 'gap' ? faults.gap : faults.required);
    else if (meant.at <= serverClock.now()) setFault(faults.past);
    else if (meant.at <= Date.parse(drop.opensAt)) setFault(faults.afterOpening);
    else if (late && !allowLate) setFault(faults.late);
    else mutate(meant.at);
  };

  return (
    <>
      <Button look="quiet" onClick={() => change(typedTime(Date.parse(closesAt), timeZone))}>
        {words.extend}
      </Button>
      {typed !== undefined && (
        <ConfirmDialog
          title={words.extendTitle}
          text={words.extendText}
          yes={words.extendYes}
          no={form.cancel}
          busy={isPending}
          fault={isOfTheTime(error) ? undefined : faultOf(error)}
          onYes={save}
          onClose={() => setTyped(undefined)}
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
        </ConfirmDialog>
      )}
    </>
  );
}

/** Errors about the time are shown at its field. */
function isOfTheTime(error: unknown): error is Refusal {
  return error instanceof Refusal && error.code === 'invalid_request';
}

/** A day later means the same time on the next day, also if clocks change in between. */
function later(typed: string, step: keyof typeof steps | 'day', zone: string): string | undefined {
  if (step === 'day') return momentOf(typed, 'UTC').kind === 'moment' ? nextDay(typed) : undefined;
  const meant = momentOf(typed, zone);
  return meant.kind === 'moment' ? typedTime(meant.at + steps[step], zone) : undefined;
}

function nextDay(typed: string): string {
  return typedTime(Date.parse(`${typed}Z`) + 86_400_000, 'UTC');
}
