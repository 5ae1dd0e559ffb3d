import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from '../../design/button.tsx';
import rows from '../../design/rows.module.css';
import { useLocale } from '../../i18n/locale.tsx';
import { AskingButton } from '../../staff/asking-button.tsx';
import { useWords } from '../../staff/use-words.ts';
import styles from './check-in-page.module.css';
import { foundQuery, type FoundTicket } from './queries.ts';
import type { ThisDoor } from './this-door.ts';
import type { useCheckIn } from './use-check-in.ts';
import type { DoorState } from './use-door.ts';
import { usePlaceWords } from './use-place-words.ts';

export type CheckInOfDoor = ReturnType<typeof useCheckIn>;

type FoundTicketsProps = {
  eventId: number;
  checkIn: CheckInOfDoor;
  door: DoorState;
  here: ThisDoor;
  timeZone: string;
};

export function FoundTickets({ eventId, checkIn, door, here, timeZone }: FoundTicketsProps) {
  const { checkIn: words } = useWords();
  const { search, closeSearch } = checkIn;
  const client = useQueryClient();
  const { data } = useQuery({
    ...foundQuery({ eventId, text: search ?? '' }, client, () => !door.connection.current.isOnline()),
    enabled: search !== undefined,
  });
  if (search === undefined || !data) return null;
  return (
    <section className={styles.found} aria-labelledby="found">
      <div className={styles.foundHead}>
        <h2 id="found">{words.found(search)}</h2>
        <Button look="quiet" onClick={closeSearch}>
          {words.foundClose}
        </Button>
      </div>
      {data.isOffline === true && <p className={styles.soft}>{words.foundOffline}</p>}
      <ul className={rows.rows}>
        {data.items.map((ticket) => (
          <li
            key={`${ticket.orderId} ${ticket.seat.id}`}
            className={styles.foundTicket}
            data-state={ticket.state}
          >
            <Found ticket={ticket} checkIn={checkIn} device={here.device} timeZone={timeZone} />
          </li>
        ))}
      </ul>
      {data.hasMore && <p className={styles.soft}>{words.foundMore}</p>}
    </section>
  );
}

type FoundProps = { ticket: FoundTicket; checkIn: CheckInOfDoor; device: string; timeZone: string };

function Found({ ticket, checkIn, device, timeZone }: FoundProps) {
  const { text } = useLocale();
  const { checkIn: words } = useWords();
  const placeWords = usePlaceWords(timeZone);
  const { orderId, seat, buyer, state, checkedIn } = ticket;
  const name = text.map.seatAt(seat.section, seat.row, seat.number);
  const id = `found-${orderId}-${seat.id}`;
  return (
    <>
      <div className={rows.cell}>
        <p className={rows.name} id={id}>
          <bdi>{name}</bdi>
        </p>
        <p className={rows.soft}>
          {buyer !== '' && (
            <>
              <bdi>{buyer}</bdi> ·{' '}
            </>
          )}
          {orderId}
        </p>
        <p>
          <strong>{words.states[state]}</strong>
          {checkedIn && (
            <span className={styles.soft}> {placeWords(checkedIn, checkedIn.device === device)}</span>
          )}
        </p>
      </div>
      <div className={rows.actions}>
        {state === 'valid' && (
          <Button aria-describedby={id} onClick={() => checkIn.admit({ orderId, seatId: seat.id })}>
            {words.admit}
          </Button>
        )}
        {state === 'used' && <UndoButton ticket={ticket} undo={checkIn.undo} describedBy={id} />}
      </div>
    </>
  );
}

type UndoButtonProps = {
  ticket: Pick<FoundTicket, 'orderId' | 'seat'>;
  undo: CheckInOfDoor['undo'];
  describedBy?: string;
};

/** Takes back a check-in, so that the ticket can be used again. */
export function UndoButton({ ticket, undo, describedBy }: UndoButtonProps) {
  const { text } = useLocale();
  const { checkIn: words } = useWords();
  const { section, row, number } = ticket.seat;
  return (
    <AskingButton
      label={words.undo}
      describedBy={describedBy}
      title={words.undoTitle}
      text={words.undoText(text.map.seatAt(section, row, number))}
      yes={words.undoYes}
      no={words.undoNo}
      act={() => undo(ticket)}
    />
  );
}
