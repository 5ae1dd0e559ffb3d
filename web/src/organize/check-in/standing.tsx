import { Notice } from '../../design/notice.tsx';
import { useLocale } from '../../i18n/locale.tsx';
import { useStaffFault } from '../../staff/use-staff-fault.ts';
import { useWords } from '../../staff/use-words.ts';
import styles from './check-in-page.module.css';
import type { DoorState } from './use-door.ts';

/** Whether this door has a network, could do without, and what waits to be sent. */
export function DoorStanding({ door, timeZone }: { door: DoorState; timeZone: string }) {
  const { format } = useLocale();
  const { checkIn: words } = useWords();
  const faultOf = useStaffFault();
  const { isOffline, list, waiting, sendFault } = door;
  const listed = list && words.listed(list.size, format.number(list.size), format.time(list.at, timeZone));
  const sent = waiting > 0 && (isOffline ? words.waiting : words.sending)(waiting, format.number(waiting));
  if (!isOffline && !sent)
    return (
      <div className={styles.soft}>
        {listed ? <p>{words.prepared}</p> : <p>{door.isListed ? words.noList : words.listing}</p>}
        {listed && <p>{listed}</p>}
      </div>
    );
  return (
    <div data-door={isOffline ? 'offline' : 'sending'}>
      <Notice>
        {isOffline && (
          <>
            <p className={styles.mark}>{words.offline}</p>
            <p>{listed ? words.offlineLead : words.offlineNoList}</p>
            {listed && <p>{listed}</p>}
          </>
        )}
        {sent && <p>{sent}</p>}
        {!isOffline && sendFault !== undefined && <p>{faultOf(sendFault)}</p>}
      </Notice>
    </div>
  );
}
