import { ButtonLink } from '../design/button.tsx';
import type { SaleState } from '../drop/sale-state.ts';
import { useLocale } from '../i18n/locale.tsx';

type SaleLinkProps = { drop: { id: number }; state: SaleState; look: 'now' | 'quiet'; wide?: boolean };

/** The way to a sale, named by what can be done there; none to one that is over. */
export function SaleLink({ drop, state, look, wide = false }: SaleLinkProps) {
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
  }[state];
  if (words === undefined) return null;
  // Where nothing is to be had, nothing calls for it.
  const isIdle = state === 'sold_out' || state === 'paused';
  return (
    <ButtonLink look={isIdle ? 'quiet' : look} wide={wide} href={`/drops/${drop.id}`}>
      {words}
    </ButtonLink>
  );
}
