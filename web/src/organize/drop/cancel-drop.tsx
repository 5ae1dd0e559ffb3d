import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../api/http.ts';
import type { Drop, Event } from '../../api/types.ts';
import { useSay } from '../../design/announcer.tsx';
import { Button } from '../../design/button.tsx';
import { ConfirmDialog } from '../../design/confirm-dialog.tsx';
import { Field } from '../../design/field.tsx';
import { useLocale } from '../../i18n/locale.tsx';
import { useStaffFault } from '../../staff/use-staff-fault.ts';
import { useWords } from '../../staff/use-words.ts';
import type { LiveFigures } from './use-live-figures.ts';
import styles from './live-page.module.css';

type CancelDropProps = { drop: Drop; event: Event; live: LiveFigures };

/** Cancelling cannot be undone and refunds everything: says what will happen, and requires a word to be typed. */
export function CancelDrop({ drop, event, live }: CancelDropProps) {
  const { format } = useLocale();
  const { dropPages: words, faults } = useWords();
  const faultOf = useStaffFault();
  const say = useSay();
  const client = useQueryClient();
  const [isAsked, setAsked] = useState(false);
  const [typed, setTyped] = useState('');
  const [fault, setFault] = useState<string>();
  const { figures, stats } = live;
  const { mutate, isPending, error, reset } = useMutation({
    async mutationFn() {
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
    },
    onSuccess: () => setAsked(false),
  });

  const cancel = () => {
    if (typed.trim().toLowerCase() === words.cancelWord) mutate();
    else setFault(typed.trim() === '' ? faults.required : faults.invalid);
  };

  return (
    <>
      <Button
        look="bad"
        onClick={() => {
          setTyped('');
          setFault(undefined);
          reset();
          setAsked(true);
        }}
      >
        {words.cancel}
      </Button>
      {isAsked && (
        <ConfirmDialog
          bad
          title={words.cancelTitle}
          text={words.cancelText}
          yes={words.cancelYes}
          no={words.cancelNo}
          busy={isPending}
          fault={faultOf(error)}
          onYes={cancel}
          onClose={() => setAsked(false)}
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
            label={words.cancelType(words.cancelWord)}
            value={typed}
            autoComplete="off"
            autoCapitalize="off"
            onChange={(change) => {
              setTyped(change.target.value);
              setFault(undefined);
            }}
            error={fault}
          />
        </ConfirmDialog>
      )}
    </>
  );
}
