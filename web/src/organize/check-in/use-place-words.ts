import { useLocale } from '../../i18n/locale.tsx';
import { useWords } from '../../staff/use-words.ts';
import type { CheckedIn } from './admit-offline.ts';

/** When and where a ticket was used. */
export function usePlaceWords(timeZone: string) {
  const { text, format } = useLocale();
  const { checkIn: words } = useWords();
  return ({ at, door }: Partial<CheckedIn>, isHere: boolean): string => {
    const place = isHere ? words.onThisDevice : undefined;
    return [at && format.moment(at, timeZone), door && words.atDoor(door), place]
      .filter(Boolean)
      .join(text.common.comma);
  };
}
