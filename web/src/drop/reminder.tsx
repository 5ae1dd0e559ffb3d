import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { ask } from '../api/http.ts';
import { one } from '../api/reading.ts';
import type { User } from '../api/types.ts';
import { useFault } from '../api/use-fault.ts';
import { Button } from '../design/button.tsx';
import buttons from '../design/button.module.css';
import { classes } from '../design/classes.ts';
import { Notice } from '../design/notice.tsx';
import { useLocale } from '../i18n/locale.tsx';
import styles from './reminder.module.css';

/** Here and not in the catalogs, which every page loads. */
const words = {
  en: {
    calendar: 'Add to calendar',
    remind: 'Remind me',
    undo: 'Do not remind me',
    isOff: 'We can remind you about 15 minutes before the sale opens.',
    isOn: 'We will remind you about 15 minutes before the sale opens.',
    how: 'Choose how',
  },
  'zh-Hant': {
    calendar: '加入行事曆',
    remind: '提醒我',
    undo: '取消提醒',
    isOff: '我們可以在開賣前約 15 分鐘提醒你。',
    isOn: '我們會在開賣前約 15 分鐘提醒你。',
    how: '選擇通知方式',
  },
};

type ReminderProps = { dropId: number; user: User | null | undefined };

/** A reminder of the opening, for users who are signed in, and the opening for the calendar, for everybody. */
export default function Reminder({ dropId, user }: ReminderProps) {
  const { locale } = useLocale();
  const isOffered = user && user.scope === undefined;
  return (
    <div className={styles.reminder}>
      {isOffered && <OwnReminder key={user.id} dropId={dropId} userId={user.id} />}
      <a
        className={classes(buttons.button, buttons.quiet)}
        href={`/api/drops/${dropId}/opening.ics`}
        download
      >
        {words[locale].calendar}
      </a>
    </div>
  );
}

function OwnReminder({ dropId, userId }: { dropId: number; userId: number }) {
  const { locale } = useLocale();
  const { remind, undo, isOff, isOn, how } = words[locale];
  const client = useQueryClient();
  const query = one<{ set: boolean }>(['reminder', dropId, userId], `/drops/${dropId}/reminder`);
  const { data, error, isFetching, refetch } = useQuery(query);
  const setting = useMutation({
    mutationFn: (set: boolean) => ask(set ? 'PUT' : 'DELETE', `/drops/${dropId}/reminder`),
    onSuccess: (_answer, set) => void client.setQueryData(query.queryKey, { set }),
  });
  const fault = useFault(setting.error ?? (data ? null : error));
  const isSet = data?.set === true;
  return (
    <>
      <p className={styles.words}>
        <span role="status">{isSet ? isOn : isOff}</span> {isSet && <Link href="/account">{how}</Link>}
      </p>
      {fault && (
        <div className={styles.words}>
          <Notice tone="bad">{fault}</Notice>
        </div>
      )}
      <Button
        look="quiet"
        busy={setting.isPending || (!data && isFetching)}
        onClick={() => (data ? setting.mutate(!isSet) : void refetch())}
      >
        {isSet ? undo : remind}
      </Button>
    </>
  );
}
