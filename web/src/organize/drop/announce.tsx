import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type ComponentProps } from 'react';
import { useWatch } from 'react-hook-form';
import { longestAnnouncement, mostAnnouncements } from '@seatdrop/shared/contract/announcement-limits.ts';
import { AnnouncementList } from '../../announcements/announcement-list.tsx';
import { addAnnouncement, useAnnouncements } from '../../announcements/use-announcements.ts';
import { ask, Refusal } from '../../api/http.ts';
import { newNonce } from '../../api/nonce.ts';
import type { Announcement } from '../../api/types.ts';
import { useSay } from '../../design/announcer.tsx';
import { Button } from '../../design/button.tsx';
import { ConfirmDialog } from '../../design/confirm-dialog.tsx';
import { Notice } from '../../design/notice.tsx';
import { useApiForm } from '../../forms/use-api-form.ts';
import type { Feed } from '../../live/drop-feed.ts';
import { AreaField } from '../../staff/fields.tsx';
import { useStaffFault } from '../../staff/use-staff-fault.ts';
import { useWords } from '../../staff/use-words.ts';
import styles from './announce.module.css';

const schema = async () => (await import('@seatdrop/shared/contract/announcements.ts')).newAnnouncement;

type AnnounceProps = {
  dropId: number;
  feed: Feed;
  timeZone: string;
  /** Open pages; 0 if unknown. */
  watching: number;
};

/**
 * An announcement cannot be taken back, so it is shown again before it is sent, with the number of people who
 * will see it.
 */
export function Announce({ dropId, feed, timeZone, watching }: AnnounceProps) {
  const words = useWords();
  const { announce } = words.dropPages;
  const faultOf = useStaffFault();
  const say = useSay();
  const client = useQueryClient();
  const announcements = useAnnouncements(dropId, feed) ?? [];
  const [isAsked, setAsked] = useState(false);
  /** Unchanged while the same text is tried again: if an answer was lost, the announcement is not made twice. */
  const nonce = useRef(newNonce());
  const form = useApiForm<{ text: string }, { text: string }>({
    schema,
    defaultValues: { text: '' },
    bodyOf: ({ text }) => ({ text }),
    async send() {
      reset();
      setAsked(true);
      await Promise.resolve();
    },
    wordsOf: () => undefined,
    checksOnLeaving: false,
  });
  const typed = useWatch({ control: form.control, name: 'text' });
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: async () =>
      ask<Announcement>('POST', `/drops/${dropId}/announcements`, {
        body: { text: typed, nonce: nonce.current },
      }),
    onSuccess({ data }) {
      addAnnouncement(client, dropId, data);
      form.reset();
      nonce.current = newNonce();
      setAsked(false);
      say(announce.done);
    },
    onError(refused) {
      if (!(refused instanceof Refusal) || refused.code !== 'invalid_request') return;
      // What is wrong with the text is shown at its field.
      form.showRefusal(refused);
      setAsked(false);
    },
  });
  const isFull = (feed.state?.announcements ?? announcements.length) >= mostAnnouncements;

  return (
    <section className={styles.panel} aria-labelledby="announce">
      <h2 id="announce">{announce.title}</h2>
      {isFull ? (
        <Notice>{announce.full(mostAnnouncements)}</Notice>
      ) : (
        <form {...form.formProps} className={styles.form}>
          <AreaField
            {...form.field('text', { onChange: () => (nonce.current = newNonce()) })}
            label={announce.label}
            hint={announce.length(typed.trim().length, longestAnnouncement)}
            rows={4}
          />
          {form.formFault !== undefined && <Notice tone="bad">{form.formFault}</Notice>}
          <Button type="submit" look="quiet">
            {announce.button}
          </Button>
        </form>
      )}
      {announcements.length > 0 && <Announced announcements={announcements} timeZone={timeZone} />}
      {isAsked && (
        <ConfirmDialog
          title={announce.confirmTitle}
          text={announce.confirmText(watching)}
          yes={announce.button}
          no={words.form.cancel}
          busy={isPending}
          fault={faultOf(error)}
          onYes={() => mutate()}
          onClose={() => setAsked(false)}
        >
          <blockquote className={styles.quote} dir="auto">
            {typed.trim()}
          </blockquote>
        </ConfirmDialog>
      )}
    </section>
  );
}

/** What was announced so far. */
function Announced(props: ComponentProps<typeof AnnouncementList>) {
  const { announce } = useWords().dropPages;
  return (
    <div className={styles.made}>
      <h3>{announce.made(props.announcements.length)}</h3>
      <AnnouncementList {...props} />
    </div>
  );
}
