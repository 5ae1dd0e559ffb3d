import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type SubmitEvent } from 'react';
import { longestAnnouncement, mostAnnouncements } from '@seatdrop/shared/contract/announcement-limits.ts';
import { AnnouncementList } from '../../announcements/announcement-list.tsx';
import { addAnnouncement, useAnnouncements } from '../../announcements/use-announcements.ts';
import { ask } from '../../api/http.ts';
import { newNonce } from '../../api/nonce.ts';
import type { Announcement } from '../../api/types.ts';
import { useSay } from '../../design/announcer.tsx';
import { Button } from '../../design/button.tsx';
import { ConfirmDialog } from '../../design/confirm-dialog.tsx';
import { Notice } from '../../design/notice.tsx';
import type { Feed } from '../../live/drop-feed.ts';
import { AreaField } from '../../staff/fields.tsx';
import { useStaffFault } from '../../staff/use-staff-fault.ts';
import { useWords } from '../../staff/use-words.ts';
import { issueWords } from '../form-faults.ts';
import { loadAnnouncementSchemas } from '../load-schemas.ts';
import styles from './announce.module.css';

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
  const [typed, setTyped] = useState('');
  const [fault, setFault] = useState<string>();
  const [isAsked, setAsked] = useState(false);
  /** Unchanged while the same text is tried again: if an answer was lost, the announcement is not made twice. */
  const nonce = useRef(newNonce());
  const field = useRef<HTMLTextAreaElement>(null);
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: async () =>
      ask<Announcement>('POST', `/drops/${dropId}/announcements`, {
        body: { text: typed, nonce: nonce.current },
      }),
    onSuccess({ data }) {
      addAnnouncement(client, dropId, data);
      change('');
      setAsked(false);
      say(announce.done);
    },
  });

  const change = (text: string) => {
    setTyped(text);
    setFault(undefined);
    nonce.current = newNonce();
  };
  const check = async (submit: SubmitEvent) => {
    submit.preventDefault();
    const { newAnnouncement } = await loadAnnouncementSchemas();
    const issue = newAnnouncement.safeParse({ text: typed }).error?.issues[0];
    setFault(issue && issueWords(issue, { text: typed }, words));
    if (issue) field.current?.focus();
    else {
      reset();
      setAsked(true);
    }
  };
  const isFull = (feed.state?.announcements ?? announcements.length) >= mostAnnouncements;

  return (
    <section className={styles.panel} aria-labelledby="announce">
      <h2 id="announce">{announce.title}</h2>
      {isFull ? (
        <Notice>{announce.full(mostAnnouncements)}</Notice>
      ) : (
        <form className={styles.form} noValidate onSubmit={(submit) => void check(submit)}>
          <AreaField
            ref={field}
            label={announce.label}
            hint={announce.length(typed.trim().length, longestAnnouncement)}
            error={fault}
            rows={4}
            value={typed}
            onChange={({ target }) => change(target.value)}
          />
          <Button type="submit" look="quiet">
            {announce.button}
          </Button>
        </form>
      )}
      {announcements.length > 0 && (
        <div className={styles.made}>
          <h3>{announce.made(announcements.length)}</h3>
          <AnnouncementList announcements={announcements} timeZone={timeZone} />
        </div>
      )}
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
