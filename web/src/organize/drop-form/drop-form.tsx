import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { FormProvider } from 'react-hook-form';
import { useLocation } from 'wouter';
import { ask, Refusal } from '../../api/http.ts';
import type { Drop, Event } from '../../api/types.ts';
import { serverClock } from '../../clock/server-clock.ts';
import { Button, ButtonLink } from '../../design/button.tsx';
import { SaveFault } from '../../forms/save-fault.tsx';
import { useApiForm } from '../../forms/use-api-form.ts';
import { useStaffFault } from '../../staff/use-staff-fault.ts';
import { useWords } from '../../staff/use-words.ts';
import styles from '../form.module.css';
import { LeaveGuard } from '../leave-guard.tsx';
import { usableZone } from '../zoned-time.ts';
import { dropRules, dropValues, newDropValues, type DropValues, type termsOf } from './drop-values.ts';
import { QuestionsPanel } from './questions-panel.tsx';
import { ReturnsPanel } from './returns-panel.tsx';
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
  const form = useApiForm({ ...dropRules(event, drop), defaultValues, send, wordsOf: faultOf });
  const { errors, isSubmitting, isDirty, dirtyFields } = form.formState;
  const [savedAs, setSaved] = useState<string>();
  const [needsAccount, setNeedsAccount] = useState(false);
  // Left only once the guard is gone.
  useEffect(() => {
    if (savedAs !== undefined) go(savedAs);
  }, [savedAs, go]);
  const up = drop ? `/organize/drops/${drop.id}` : '/organize';

  async function send(body: Partial<Terms>) {
    const changes = drop && changesOf(body, dirtyFields);
    if (changes && Object.keys(changes).length === 0) {
      setSaved(up);
      return;
    }
    setNeedsAccount(false);
    try {
      const { data } = drop
        ? await ask<Drop>('PATCH', `/drops/${drop.id}`, { body: changes })
        : await ask<Drop>('POST', `/events/${event.id}/drops`, { body });
      for (const queryKey of [['drops', data.id], ['own events'], ['events']]) {
        void client.invalidateQueries({ queryKey });
      }
      setSaved(`/organize/drops/${data.id}`);
    } catch (error) {
      setNeedsAccount(error instanceof Refusal && error.code === 'payouts_not_ready');
      // Somebody else has made a sale of this event meanwhile.
      if (error instanceof Refusal && error.code === 'section_taken')
        void client.invalidateQueries({ queryKey: ['events'] });
      throw error;
    }
  }

  return (
    <FormProvider {...form}>
      <form {...form.formProps} className={styles.form}>
        <LeaveGuard when={isDirty && savedAs === undefined} />
        <TimesPanel event={event} drop={drop} />
        <SeatsPanel event={event} fixed={drop !== undefined} />
        <TermsPanel fixed={drop !== undefined} />
        <ReturnsPanel timeZone={usableZone(event.timeZone)} />
        {drop && !drop.questions ? (
          <p className={styles.soft}>{words.drop.hiddenQuestions}</p>
        ) : (
          <QuestionsPanel />
        )}
        <SaveFault errors={errors} fault={form.formFault} />
        {needsAccount && <PayoutsLink />}
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

/** In another tab, so that what was typed stays. */
function PayoutsLink() {
  const { payouts: words } = useWords();
  return (
    <p>
      <a href="/organize/payouts" target="_blank" rel="noopener">
        {words.open}
      </a>
    </p>
  );
}

type Dirty = Partial<Record<keyof DropValues, unknown>>;
type Terms = ReturnType<typeof termsOf> & { questions: unknown };

/** Only what was touched: times keep their seconds, and what somebody else changed meanwhile stays. */
function changesOf(terms: Partial<Terms>, dirty: Dirty) {
  const isDirty: Record<keyof Terms, boolean> = {
    opensAt: Boolean(dirty.opensAt),
    closesAt: Boolean(dirty.closesAt),
    allowLate: Boolean(dirty.closesAt),
    price: Boolean(dirty.price) || Boolean(dirty.currency),
    fees: [dirty.feePerSeat, dirty.feePerOrder, dirty.feePercent, dirty.currency].some(Boolean),
    taxPercent: Boolean(dirty.taxPercent),
    holdSeconds: Boolean(dirty.holdMinutes),
    paySeconds: Boolean(dirty.payMinutes),
    maxPerBuyer: Boolean(dirty.maxPerBuyer),
    standbyLimit: Boolean(dirty.standbyLimit),
    lapsePauseSeconds: Boolean(dirty.lapsePauseSeconds),
    returns: Boolean(dirty.returnsUntil) || Boolean(dirty.keepPercent),
    questions: Boolean(dirty.questions),
  };
  return Object.fromEntries(Object.entries(terms).filter(([name]) => isDirty[name as keyof Terms]));
}
