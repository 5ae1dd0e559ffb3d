import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../api/http.ts';
import type { Drop, Event } from '../../api/types.ts';
import { useSay } from '../../design/announcer.tsx';
import { Button } from '../../design/button.tsx';
import { ConfirmDialog } from '../../design/confirm-dialog.tsx';
import { Field } from '../../design/field.tsx';
import { useApiForm } from '../../forms/use-api-form.ts';
import { useLocale } from '../../i18n/locale.tsx';
import { useStaffFault } from '../../staff/use-staff-fault.ts';
import { useWords } from '../../staff/use-words.ts';
import type { LiveFigures } from './use-live-figures.ts';
import styles from './live-page.module.css';

type CancelDropProps = { drop: Drop; event: Event; live: LiveFigures };

/** Cancelling cannot be undone and refunds everything: says what will happen, and requires a word to be typed. */
export function CancelDrop(props: CancelDropProps) {
  const { dropPages: words } = useWords();
  const [isAsked, setAsked] = useState(false);
  return (
    <>
      <Button look="bad" onClick={() => setAsked(true)}>
        {words.cancel}
      </Button>
      {isAsked && <CancelDialog {...props} onClose={() => setAsked(false)} />}
    </>
  );
}

function CancelDialog({ drop, event, live, onClose }: CancelDropProps & { onClose: () => void }) {
  const { format } = useLocale();
  const { dropPages: words } = useWords();
  const faultOf = useStaffFault();
  const say = useSay();
  const client = useQueryClient();
  const { figures, stats } = live;
  const form = useApiForm<{ word: string }, undefined>({
    defaultValues: { word: '' },
    bodyOf: () => undefined,
    typed({ word }) {
      const typed = word.trim().toLowerCase();
      if (typed === words.cancelWord) return [];
      return [{ field: 'word', fault: { code: typed === '' ? 'required' : 'not_an_option' } }];
    },
    async send() {
      await ask('POST', `/drops/${drop.id}/cancel`, { timeout: 60_000 });
      for (const queryKey of [
        ['drops', drop.id],
        ['own events'],
        ['sold orders', drop.id],
        ['events', event.id],
      ]) {
        void client.invalidateQueries({ queryKey });
      }
      await live.refetch();
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
      <ul className={styles.will}>
        <li>{words.cancelWill.stop}</li>
        <li>{words.cancelWill.holds(figures?.held ?? 0)}</li>
        <li>{words.cancelWill.standby(figures?.standby ?? 0)}</li>
        <li>
          <strong>
            {words.cancelWill.refunds(stats?.orders ?? 0, stats ? format.money(stats.revenue) : '')}
          </strong>
        </li>
        <li>{words.cancelWill.tickets}</li>
      </ul>
      <Field
        {...form.field('word')}
        label={words.cancelType(words.cancelWord)}
        autoComplete="off"
        autoCapitalize="off"
      />
    </ConfirmDialog>
  );
}
