import type { ComponentProps } from 'react';
import { Part, part } from '../shell/parts.tsx';

const Loaded = part(() => import('./confirm.tsx'));

/** `Confirm`, loaded when something is asked. */
export function Confirm(props: ComponentProps<typeof Loaded>) {
  return (
    <Part>
      <Loaded {...props} />
    </Part>
  );
}
