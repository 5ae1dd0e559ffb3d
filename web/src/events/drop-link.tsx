import { ButtonLink } from '../design/button.tsx';
import type { DropStatus } from '../live/drop-status.ts';
import { useLocale } from '../i18n/locale.tsx';

type DropLinkProps = { drop: { id: number }; status: DropStatus; look: 'now' | 'quiet'; wide?: boolean };

/** A link to a drop, named by what can be done there; nothing for a drop that is over. */
export function DropLink({ drop, status, look, wide = false }: DropLinkProps) {
  const { text } = useLocale();
  const words = {
    scheduled: text.event.getReady,
    open: text.event.go,
    few_left: text.event.go,
    standby: text.event.goToStandby,
    sold_out: text.event.see,
    paused: text.event.see,
    closed: undefined,
    cancelled: undefined,
  }[status];
  if (words === undefined) return null;
  // A drop with nothing to buy gets no prominent button.
  const isIdle = status === 'sold_out' || status === 'paused';
  return (
    <ButtonLink look={isIdle ? 'quiet' : look} wide={wide} href={`/drops/${drop.id}`}>
      {words}
    </ButtonLink>
  );
}
