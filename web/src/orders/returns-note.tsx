import type { Drop } from '../api/types.ts';
import { serverClock } from '../clock/server-clock.ts';
import { useLocale } from '../i18n/locale.tsx';

type ReturnsNoteProps = { returns: Drop['returns']; timeZone: string | undefined };

/** Until when tickets can be returned, and for how much of their price; nothing if they cannot, or no longer. */
export function ReturnsNote({ returns, timeZone }: ReturnsNoteProps) {
  const { text, format } = useLocale();
  if (!returns || Date.parse(returns.until) <= serverClock.now()) return null;
  const until = format.moment(returns.until, timeZone ?? format.here);
  return <p>{text.order.returnsUntil(until, 100 - returns.keepPercent)}</p>;
}
