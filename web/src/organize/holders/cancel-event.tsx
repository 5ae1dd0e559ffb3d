import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { longestMailing } from '@seatdrop/shared/contract/mailing-limits.ts';
import { ask } from '../../api/http.ts';
import type { Event } from '../../api/types.ts';
import { useSay } from '../../design/announcer.tsx';
import { Button } from '../../design/button.tsx';
import { ConfirmDialog } from '../../design/confirm-dialog.tsx';
import { Field } from '../../design/field.tsx';
import { useApiForm } from '../../forms/use-api-form.ts';
import { useLocale } from '../../i18n/locale.tsx';
import { AreaField } from '../../staff/fields.tsx';
import type { HolderCounts } from '../../staff/queries.ts';
import { useStaffFault } from '../../staff/use-staff-fault.ts';
import { useWords } from '../../staff/use-words.ts';
import styles from './holders.module.css';

const schema = async () => (await import('@seatdrop/shared/contract/events.ts')).eventCancellation;

type CancelEventProps = { event: Event; counts: HolderCounts };

/** Cancelling cannot be undone and refunds everything: says what will happen, and requires a word to be typed. */
export function CancelEvent(props: CancelEventProps) {
  const { holders: words } = useWords();
  const [isAsked, setAsked] = useState(false);
  return (
    <section className={styles.panel} aria-labelledby="cancel">
      <h2 id="cancel">{words.cancel}</h2>
      <p className={styles.soft}>{words.cancelLead}</p>
      <Button look="bad" onClick={() => setAsked(true)}>
        {words.cancel}
      </Button>
      {isAsked && <CancelDialog {...props} onClose={() => setAsked(false)} />}
    </section>
  );
}

function CancelDialog({ event, counts, onClose }: CancelEventProps & { onClose: () => void }) {
  const { holders: words, dropPages } = useWords();
  const faultOf = useStaffFault();
  const say = useSay();
  const client = useQueryClient();
  const form = useApiForm<{ text: string; word: string }, { text: string }>({
    schema,
    defaultValues: { text: '', word: '' },
    bodyOf: ({ text }) => ({ text }),
    typed({ word }) {
      const typed = word.trim().toLowerCase();
      if (typed === dropPages.cancelWord) return [];
      return [{ field: 'word', fault: { code: typed === '' ? 'required' : 'not_an_option' } }];
    },
    async send(body) {
      const { data } = await ask<Event>('POST', `/events/${event.id}/cancel`, { body, timeout: 60_000 });
      client.setQueryData(['events', event.id], data);
      for (const queryKey of [
        ['mailings', event.id],
        ['holders', event.id],
        ['own events'],
        ['events'],
        ['drops'],
      ])
        void client.invalidateQueries({ queryKey });
      say(words.cancelled);
      onClose();
    },
    wordsOf: faultOf,
  });

  return (
    <ConfirmDialog
      bad
      title={words.cancelTitle}
      text={words.cancelText}
      yes={words.cancelYes}
      no={words.cancelNo}
      busy={form.formState.isSubmitting}
      fault={form.formFault}
      onYes={() => void form.submit()}
      onClose={onClose}
    >
      <What counts={counts} sales={event.drops.filter(({ state }) => state !== 'cancelled').length} />
      <AreaField
        {...form.field('text')}
        label={words.line}
        hint={words.lineHint}
        maxLength={longestMailing}
        rows={3}
      />
      <Field
        {...form.field('word')}
        label={dropPages.cancelType(dropPages.cancelWord)}
        autoComplete="off"
        autoCapitalize="off"
      />
    </ConfirmDialog>
  );
}

function What({ counts, sales }: { counts: HolderCounts; sales: number }) {
  const { format } = useLocale();
  const { holders: words, dropPages } = useWords();
  const paid = format.list(
    counts.paid.filter(({ amount }) => amount > 0).map((money) => format.money(money)),
  );
  return (
    <ul className={styles.will}>
      <li>{words.cancelWill.sales(sales)}</li>
      <li>
        <strong>{words.cancelWill.holders(counts.holders, counts.tickets)}</strong>
      </li>
      <li>
        <strong>
          {paid === '' ? dropPages.cancelWill.refunds(0, '') : words.cancelWill.paid(counts.orders, paid)}
        </strong>
      </li>
    </ul>
  );
}
