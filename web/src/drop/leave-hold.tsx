import { useLocale } from '../i18n/locale.tsx';
import { Leave } from './leave.tsx';
import type { LiveDrop } from './use-drop.ts';

/** Gives held seats back, also while they are being paid, as long as nothing was charged. */
export function LeaveHold({ live }: { live: LiveDrop }) {
  const { text } = useLocale();
  return (
    <Leave
      live={live}
      label={text.held.giveBack}
      title={text.held.giveBackTitle}
      text={text.held.giveBackText}
      yes={text.held.giveBackYes}
      no={text.held.giveBackNo}
    />
  );
}
