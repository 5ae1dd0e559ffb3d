import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { FormProvider, useForm } from 'react-hook-form';
import { useLocation } from 'wouter';
import { ask, Refusal } from '../../api/http.ts';
import type { Drop, Event } from '../../api/types.ts';
import { serverClock } from '../../clock/server-clock.ts';
import { Button, ButtonLink } from '../../design/button.tsx';
import { useFirstFaultOf } from '../../design/first-fault.ts';
import { useStaffFault } from '../../staff/use-staff-fault.ts';
import { useWords } from '../../staff/use-words.ts';
import { faultsOnLeaving } from '../faults-on-leaving.ts';
import { showServerFaults } from '../form-faults.ts';
import styles from '../form.module.css';
import { LeaveGuard } from '../leave-guard.tsx';
import { loadDropSchemas } from '../load-schemas.ts';
import { SaveFault } from '../save-fault.tsx';
import { usableZone } from '../zoned-time.ts';
import { bodyOf, dropRules, dropValues, fieldOf, newDropValues, type DropValues } from './drop-values.ts';
import { QuestionsPanel } from './questions-panel.tsx';
import { SeatsPanel } from './seats-panel.tsx';
import { TermsPanel } from './terms-panel.tsx';
import { TimesPanel } from './times-panel.tsx';

export function DropForm({ event, drop }: { event: Event; drop?: Drop }) {
  const words = useWords();
  const faultOf = useStaffFault();
  const client = useQueryClient();
  const [, go] = useLocation();
  const [defaultValues] = useState(() =>
    drop ? dropValues(drop, event) : newDropValues(event, serverClock.now()),
  );
  const form = useForm<DropValues>({
    resolver: dropRules(words, event, drop),
    defaultValues,
    shouldFocusError: false,
  });
  const { handleSubmit, setError, formState } = form;
  const { errors, isSubmitting, isDirty, dirtyFields, submitCount } = formState;
  const inside = useFirstFaultOf(submitCount);
  const [savedAs, setSaved] = useState<string>();
  useEffect(() => void loadDropSchemas(), []);
  // Left only once the guard is gone.
  useEffect(() => {
    if (savedAs !== undefined) go(savedAs);
  }, [savedAs, go]);
  const up = drop ? `/organize/drops/${drop.id}` : '/organize';

  const save = handleSubmit(async (values) => {
    try {
      const body = bodyOf(values, usableZone(event.timeZone));
      const changes = drop && changesOf(body, dirtyFields);
      if (changes && Object.keys(changes).length === 0) {
        setSaved(up);
        return;
      }
      const { data } = drop
        ? await ask<Drop>('PATCH', `/drops/${drop.id}`, { body: changes })
        : await ask<Drop>('POST', `/events/${event.id}/drops`, { body });
      for (const queryKey of [['drops', data.id], ['own events'], ['events']]) {
        void client.invalidateQueries({ queryKey });
      }
      setSaved(`/organize/drops/${data.id}`);
    } catch (error) {
      // Somebody else has made a sale of this event meanwhile.
      if (error instanceof Refusal && error.code === 'section_taken')
        void client.invalidateQueries({ queryKey: ['events'] });
      if (!showServerFaults(error, fieldOf, setError, words))
        setError('root', { message: faultOf(error) ?? '' });
    }
  });

  return (
    <FormProvider {...form}>
      <form
        ref={inside}
        className={styles.form}
        noValidate
        {...faultsOnLeaving(form)}
        onSubmit={(submit) => void save(submit)}
      >
        <LeaveGuard when={isDirty && savedAs === undefined} />
        <TimesPanel event={event} drop={drop} />
        <SeatsPanel event={event} fixed={drop !== undefined} />
        <TermsPanel fixed={drop !== undefined} />
        {drop && !drop.questions ? (
          <p className={styles.soft}>{words.drop.hiddenQuestions}</p>
        ) : (
          <QuestionsPanel />
        )}
        <SaveFault errors={errors} />
        <div className={styles.buttons}>
          <Button type="submit" busy={isSubmitting}>
            {drop ? words.form.save : words.drop.create}
          </Button>
          <ButtonLink look="quiet" href={up}>
            {words.form.cancel}
          </ButtonLink>
        </div>
      </form>
    </FormProvider>
  );
}

type Dirty = Partial<Record<keyof DropValues, unknown>>;

/** Only what was touched: times keep their seconds, and what somebody else changed meanwhile stays. */
function changesOf(body: ReturnType<typeof bodyOf>, dirty: Dirty) {
  const { partitions: _, sections: __, ...terms } = body;
  const isDirty: Record<keyof typeof terms, boolean> = {
    opensAt: Boolean(dirty.opensAt),
    closesAt: Boolean(dirty.closesAt),
    allowLate: Boolean(dirty.closesAt),
    price: Boolean(dirty.price) || Boolean(dirty.currency),
    holdSeconds: Boolean(dirty.holdMinutes),
    maxPerBuyer: Boolean(dirty.maxPerBuyer),
    standbyLimit: Boolean(dirty.standbyLimit),
    lapsePauseSeconds: Boolean(dirty.lapsePauseSeconds),
    questions: Boolean(dirty.questions),
  };
  return Object.fromEntries(Object.entries(terms).filter(([name]) => isDirty[name as keyof typeof terms]));
}
