import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import type { User } from '../api/types.ts';
import { ButtonLink } from '../design/button.tsx';
import { Blank, LoadFailed } from '../design/page.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { useSession } from './use-me.ts';

/** Content for users who are signed in; others are asked to sign in. */
export function SignInFirst({ why, children }: { why: string; children: (user: User) => ReactNode }) {
  const { text } = useLocale();
  const { me, error, retry } = useSession();
  const [location] = useLocation();
  if (me === undefined) {
    return error ? <LoadFailed error={error} retry={retry} /> : <Skeleton heights={[3, 8]} />;
  }
  if (me) return children(me);
  return (
    <Blank title={text.auth.signInTitle}>
      <p>{why}</p>
      <ButtonLink href={`/signin?next=${encodeURIComponent(location)}`}>{text.shell.signIn}</ButtonLink>
    </Blank>
  );
}
