import { ButtonLink } from '../design/button.tsx';
import type { DropStatus } from '../live/drop-status.ts';
import { useLocale } from '../i18n/locale.tsx';

type DropLinkProps = { drop: { id: number }; status: DropStatus; look: 'now' | 'quiet'; wide?: boolean };

/** The way to a sale, named by what can be done there; none to one that is over. */
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
  // Where nothing is to be had, nothing calls for it.
  const isIdle = status === 'sold_out' || status === 'paused';
  return (
    <ButtonLink look={isIdle ? 'quiet' : look} wide={wide} href={`/drops/${drop.id}`}>
      {words}
    </ButtonLink>
  );
}
