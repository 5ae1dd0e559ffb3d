import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useWatch } from 'react-hook-form';
import { ask, Refusal } from '../../api/http.ts';
import type { Drop, Event } from '../../api/types.ts';
import { serverClock } from '../../clock/server-clock.ts';
import { useSay } from '../../design/announcer.tsx';
import { Button } from '../../design/button.tsx';
import { ConfirmDialog } from '../../design/confirm-dialog.tsx';
import type { FormRules } from '../../forms/contract-resolver.ts';
import type { FormFault } from '../../forms/form-fault.ts';
import { useApiForm } from '../../forms/use-api-form.ts';
import { useLocale } from '../../i18n/locale.tsx';
import { useStaffFault } from '../../staff/use-staff-fault.ts';
import { useWords } from '../../staff/use-words.ts';
import { isLate, isoOf } from '../drop-form/drop-values.ts';
import { LateBox } from '../late-box.tsx';
import { TimeField } from '../time-field.tsx';
import { momentOf, typedTime, usableZone } from '../zoned-time.ts';
import styles from './live-page.module.css';

const schema = async () => (await import('@seatdrop/shared/contract/drops.ts')).dropChanges;
type ClosingValues = { closesAt: string; allowLate: boolean };
type ClosingBody = { closesAt: string | undefined; allowLate?: boolean };

const steps = { quarter: 15 * 60_000, hour: 3_600_000 };

type MoveClosingProps = { drop: Drop; event: Event; closesAt: string; refetch: () => Promise<unknown> };

export function MoveClosing(props: MoveClosingProps) {
  const { dropPages: words } = useWords();
  const [isAsked, setAsked] = useState(false);
  return (
    <>
      <Button look="quiet" onClick={() => setAsked(true)}>
        {words.extend}
      </Button>
      {isAsked && <ClosingDialog {...props} onClose={() => setAsked(false)} />}
    </>
  );
}

function ClosingDialog({
  drop,
  event,
  closesAt,
  refetch,
  onClose,
}: MoveClosingProps & { onClose: () => void }) {
  const timeZone = usableZone(event.timeZone);
  const { format } = useLocale();
  const { dropPages: words, form: formWords } = useWords();
  const faultOf = useStaffFault();
  const say = useSay();
  const client = useQueryClient();
  const form = useApiForm<ClosingValues, ClosingBody>({
    ...closingRules(drop, event, closesAt),
    defaultValues: { closesAt: typedTime(Date.parse(closesAt), timeZone), allowLate: false },
    async send(body) {
      try {
        await ask('PATCH', `/drops/${drop.id}`, { body });
      } catch (error) {
        // The event may have been moved in the meantime.
        if (error instanceof Refusal && error.code === 'invalid_request')
          void client.invalidateQueries({ queryKey: ['events', event.id] });
        throw error;
      }
      void client.invalidateQueries({ queryKey: ['drops', drop.id] });
      void client.invalidateQueries({ queryKey: ['own events'] });
      await refetch();
      say(words.extended(format.moment(Date.parse(body.closesAt ?? ''), timeZone)));
      onClose();
    },
    wordsOf: faultOf,
  });
  const typed = useWatch({ control: form.control, name: 'closesAt' });
  const change = (value: string | undefined) => {
    if (value !== undefined) form.setValue('closesAt', value);
    form.clearErrors();
  };

  return (
    <ConfirmDialog
      title={words.extendTitle}
      text={words.extendText}
      yes={words.extendYes}
      no={formWords.cancel}
      busy={form.formState.isSubmitting}
      fault={form.formFault}
      onYes={() => void form.submit()}
      onClose={onClose}
    >
      <TimeField {...form.field('closesAt')} label={words.extendLabel} typed={typed} timeZone={timeZone} />
      {isLate(isoOf(typed, timeZone), event, { ...drop, closesAt }) && (
        <LateBox {...form.register('allowLate')} />
      )}
      <div className={styles.quick}>
        {(['quarter', 'hour', 'day'] as const).map((step) => (
          <Button key={step} look="quiet" onClick={() => change(later(typed, step, timeZone))}>
            {words.extendBy[step]}
          </Button>
        ))}
      </div>
    </ConfirmDialog>
  );
}

/** `closesAt`: as it is now. */
function closingRules(drop: Drop, event: Event, closesAt: string): FormRules<ClosingValues, ClosingBody> {
  const timeZone = usableZone(event.timeZone);
  return {
    schema,
    bodyOf(values) {
      const at = isoOf(values.closesAt, timeZone);
      return {
        closesAt: at,
        ...(isLate(at, event, { ...drop, closesAt }) && { allowLate: values.allowLate }),
      };
    },
    typed(values) {
      const { kind } = momentOf(values.closesAt, timeZone);
      if (kind === 'moment') return [];
      return [{ field: 'closesAt', fault: { code: kind === 'gap' ? 'time_gap' : 'required' } }];
    },
    more(_values, body) {
      const at = Date.parse(body.closesAt ?? '');
      const faults: FormFault[] = [];
      if (at <= serverClock.now()) faults.push({ code: 'in_the_past' });
      if (at <= Date.parse(drop.opensAt)) faults.push({ code: 'not_after_opening' });
      if (body.allowLate === false) faults.push({ code: 'closes_late' });
      return faults.map((fault) => ({ field: 'closesAt', fault }));
    },
  };
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
