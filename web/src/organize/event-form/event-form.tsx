import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useForm, useWatch } from 'react-hook-form';
import { useLocation } from 'wouter';
import { ask } from '../../api/http.ts';
import type { Event } from '../../api/types.ts';
import { Button, ButtonLink } from '../../design/button.tsx';
import { Field } from '../../design/field.tsx';
import { useFirstFaultOf } from '../../design/first-fault.ts';
import { AreaField } from '../../staff/fields.tsx';
import { useStaffFault } from '../../staff/use-staff-fault.ts';
import { useWords } from '../../staff/use-words.ts';
import { faultsOnLeaving } from '../faults-on-leaving.ts';
import { showServerFaults } from '../form-faults.ts';
import styles from '../form.module.css';
import { LateBox } from '../late-box.tsx';
import { LeaveGuard } from '../leave-guard.tsx';
import { loadEventSchemas } from '../load-schemas.ts';
import { SaveFault } from '../save-fault.tsx';
import { TimeField } from '../time-field.tsx';
import {
  bodyOf,
  eventRules,
  fieldOf,
  hasLateDrop,
  valuesOf,
  zoneOf,
  type EventValues,
} from './event-values.ts';
import { ZoneField } from './zone-field.tsx';

export function EventForm({ event }: { event?: Event }) {
  const words = useWords();
  const faultOf = useStaffFault();
  const client = useQueryClient();
  const [, go] = useLocation();
  const form = useForm<EventValues>({
    resolver: eventRules(words, event),
    defaultValues: valuesOf(event),
    shouldFocusError: false,
  });
  const { register, handleSubmit, formState, setError, control } = form;
  const { errors, isSubmitting, isDirty, submitCount } = formState;
  const inside = useFirstFaultOf(submitCount);
  const [savedAs, setSaved] = useState<string>();
  const [startsAt, timeZone] = useWatch({ control, name: ['startsAt', 'timeZone'] });
  useEffect(() => void loadEventSchemas(), []);
  // Left only once the guard is gone.
  useEffect(() => {
    if (savedAs !== undefined) go(savedAs);
  }, [savedAs, go]);

  const save = handleSubmit(async (values) => {
    try {
      const body = bodyOf(values);
      const { data } = event
        ? await ask<Event>('PATCH', `/events/${event.id}`, { body: changesOf(body, formState.dirtyFields) })
        : await ask<Event>('POST', '/events', { body });
      client.setQueryData(['events', data.id], data);
      void client.invalidateQueries({ queryKey: ['own events'] });
      void client.invalidateQueries({ queryKey: ['events'] });
      setSaved(event ? '/organize' : `/organize/events/${data.id}/drops/new`);
    } catch (error) {
      if (!showServerFaults(error, fieldOf, setError, words))
        setError('root', { message: faultOf(error) ?? '' });
    }
  });

  return (
    <form
      ref={inside}
      className={styles.form}
      noValidate
      {...faultsOnLeaving(form)}
      onSubmit={(submit) => void save(submit)}
    >
      <LeaveGuard when={isDirty && savedAs === undefined} />
      <div className={styles.panel}>
        <div className={styles.pair}>
          <Field
            {...register('title')}
            label={words.event.title}
            autoComplete="off"
            error={errors.title?.message}
          />
          <Field
            {...register('venue')}
            label={words.event.venue}
            autoComplete="off"
            error={errors.venue?.message}
          />
        </div>
        <div className={styles.pair}>
          <ZoneField {...register('timeZone')} typed={timeZone} error={errors.timeZone?.message} />
          <TimeField
            {...register('startsAt')}
            label={words.event.startsAt}
            typed={startsAt}
            timeZone={zoneOf({ timeZone })}
            error={errors.startsAt?.message}
          />
        </div>
        {hasLateDrop({ ...form.getValues(), startsAt, timeZone }, event) && (
          <LateBox {...register('allowLate')} />
        )}
        <AreaField
          {...register('description')}
          label={words.event.description}
          hint={words.event.descriptionHint}
          rows={6}
          error={errors.description?.message}
        />
      </div>
      <SaveFault errors={errors} />
      <div className={styles.buttons}>
        <Button type="submit" busy={isSubmitting}>
          {event ? words.form.save : words.event.next}
        </Button>
        <ButtonLink look="quiet" href="/organize">
          {words.form.cancel}
        </ButtonLink>
      </div>
    </form>
  );
}

/** Only what was touched: a time keeps its seconds, and what somebody else changed meanwhile stays. */
function changesOf(body: ReturnType<typeof bodyOf>, dirty: Partial<Record<keyof EventValues, unknown>>) {
  // The time that stands there is another moment in another zone.
  const hasMoved = dirty['timeZone'] || dirty['startsAt'];
  const touched = hasMoved ? { ...dirty, startsAt: true, allowLate: true } : dirty;
  const changed = Object.entries(body).filter(([key]) => touched[key as keyof EventValues]);
  return Object.fromEntries(changed.length > 0 ? changed : [['title', body.title]]);
}
