import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useWatch } from 'react-hook-form';
import { useLocation } from 'wouter';
import { ask } from '../../api/http.ts';
import type { Event } from '../../api/types.ts';
import { Button, ButtonLink } from '../../design/button.tsx';
import { Field } from '../../design/field.tsx';
import { SaveFault } from '../../forms/save-fault.tsx';
import { useApiForm } from '../../forms/use-api-form.ts';
import { AreaField } from '../../staff/fields.tsx';
import { useStaffFault } from '../../staff/use-staff-fault.ts';
import { useWords } from '../../staff/use-words.ts';
import styles from '../form.module.css';
import { CheckBox, LateBox } from '../late-box.tsx';
import { LeaveGuard } from '../leave-guard.tsx';
import { TimeField } from '../time-field.tsx';
import {
  bodyOf,
  eventRules,
  hasLateDrop,
  isMoved,
  valuesOf,
  zoneOf,
  type EventValues,
} from './event-values.ts';
import { TellHolders } from './tell-holders.tsx';
import { ZoneField } from './zone-field.tsx';

export function EventForm({ event }: { event?: Event }) {
  const words = useWords();
  const { form, isSaved } = useEventForm(event);
  const { field, register, control } = form;
  const { errors, isSubmitting, isDirty } = form.formState;
  const values = useWatch({ control }) as EventValues;
  const { startsAt, timeZone } = values;

  return (
    <form {...form.formProps} className={styles.form}>
      <LeaveGuard when={isDirty && !isSaved} />
      <div className={styles.panel}>
        <div className={styles.pair}>
          <Field {...field('title')} label={words.event.title} autoComplete="off" />
          <Field {...field('venue')} label={words.event.venue} autoComplete="off" />
        </div>
        <div className={styles.pair}>
          <ZoneField {...field('timeZone')} typed={timeZone} />
          <TimeField
            {...field('startsAt')}
            label={words.event.startsAt}
            typed={startsAt}
            timeZone={zoneOf({ timeZone })}
          />
        </div>
        {hasLateDrop(values, event) && (
          <div>
            <CheckBox {...register('closeDrops')} label={words.holders.closeDrops} />
            <LateBox {...register('allowLate')} />
          </div>
        )}
        <AreaField
          {...field('description')}
          label={words.event.description}
          hint={words.event.descriptionHint}
          rows={6}
        />
        {event && isDirty && !event.cancelled && (
          <TellHolders
            eventId={event.id}
            isMoved={isMoved(values, event)}
            isChosen={values.tellHolders}
            choice={register('tellHolders')}
            line={field('text')}
          />
        )}
      </div>
      <SaveFault errors={errors} fault={form.formFault} />
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

/** The form, which goes to the next page once the event is saved. */
function useEventForm(event: Event | undefined) {
  const faultOf = useStaffFault();
  const client = useQueryClient();
  const [, go] = useLocation();
  const form = useApiForm({
    ...eventRules(event),
    defaultValues: valuesOf(event),
    async send(body) {
      const { data } = event
        ? await ask<Event>('PATCH', `/events/${event.id}`, { body: changesOf(body, dirtyFields) })
        : await ask<Event>('POST', '/events', { body });
      client.setQueryData(['events', data.id], data);
      void client.invalidateQueries({ queryKey: ['own events'] });
      void client.invalidateQueries({ queryKey: ['events'] });
      void client.invalidateQueries({ queryKey: ['mailings', data.id] });
      setSaved(event ? '/organize' : `/organize/events/${data.id}/drops/new`);
    },
    wordsOf: faultOf,
  });
  const { dirtyFields } = form.formState;
  const [savedAs, setSaved] = useState<string>();
  // Left only once the guard is gone.
  useEffect(() => {
    if (savedAs !== undefined) go(savedAs);
  }, [savedAs, go]);
  return { form, isSaved: savedAs !== undefined };
}

/** Only what was touched: a time keeps its seconds, and what somebody else changed meanwhile stays. */
function changesOf(body: ReturnType<typeof bodyOf>, dirty: Partial<Record<keyof EventValues, unknown>>) {
  // The time that stands there is another moment in another zone.
  const hasMoved = dirty['timeZone'] || dirty['startsAt'];
  const touched = hasMoved ? { ...dirty, startsAt: true, allowLate: true } : dirty;
  const changed = Object.entries(body).filter(([key]) => touched[key as keyof EventValues]);
  return Object.fromEntries(changed.length > 0 ? changed : [['title', body.title]]);
}
