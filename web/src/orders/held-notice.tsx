import { lazy, Suspense } from 'react';
import { useLocation } from 'wouter';
import { useMe } from '../session/use-me.ts';

/** The rest of the page does not need it: if it cannot be loaded, nothing is shown. */
const HeldBar = lazy(() => import('./held-bar.tsx').catch(() => ({ default: () => null })));

/** These pages show seats that are held by themselves; and nobody who waits there for a sale is to ask for more. */
const ownPages = /^\/(drops|orders)(\/|$)/;

/** Tells users on the other pages of seats that are held for them. */
export function HeldNotice() {
  const me = useMe();
  const [location] = useLocation();
  if (!me || me.scope !== undefined || ownPages.test(location)) return null;
  return (
    <Suspense>
      <HeldBar key={me.id} user={me} />
    </Suspense>
  );
}
