/** What the pages share on which one signs in, signs up, or chooses a password. */
import type { ComponentProps, ReactNode } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import type { z } from 'zod';
import type { secondStep } from '@seatdrop/shared/contract/second-factor.ts';
import type { signedIn } from '@seatdrop/shared/contract/accounts.ts';
import { ask } from '../api/http.ts';
import { signedInUser } from '../api/queries.ts';
import { Button } from '../design/button.tsx';
import { Notice } from '../design/notice.tsx';
import { Page } from '../design/page.tsx';
import styles from './auth.module.css';
import { useSignedIn } from './use-me.ts';
import { whereNext } from './where-next.ts';

type AccountPageProps = {
  title: string;
  why: string;
  /** The text of the button. */
  act: string;
  busy: boolean;
  fault: string | undefined;
  formProps: ComponentProps<'form'>;
  /** A link for those who need another of these pages. */
  other?: { question: string; href: '/signin' | '/signup'; link: string };
  children: ReactNode;
};

export function AccountPage({ title, why, act, busy, fault, formProps, other, children }: AccountPageProps) {
  const search = useSearch();
  return (
    <Page title={title} narrow>
      <div className={styles.auth}>
        <header>
          <h1>{title}</h1>
          <p className={styles.lead}>{why}</p>
        </header>
        <form {...formProps} className={styles.form}>
          {children}
          {fault && <Notice tone="bad">{fault}</Notice>}
          <Button type="submit" wide busy={busy}>
            {act}
          </Button>
        </form>
        {other && (
          <p className={styles.other}>
            {other.question} <Link href={`${other.href}${search && `?${search}`}`}>{other.link}</Link>
          </p>
        )}
      </div>
    </Page>
  );
}

export type SignedIn = z.infer<typeof signedIn>;
type Step = z.infer<typeof secondStep>;

/**
 * Sends the form, then goes to the page from which the user came. Rejects with the server's answer.
 * @param onStep called if a second step is needed
 */
export function useEntering(
  path: '/auth/signin' | '/auth/signup' | '/auth/reset',
  onStep?: (step: Step) => void,
): (body: object) => Promise<void> {
  const entered = useEntered();
  return async (body) => {
    const { status, data } = await ask<SignedIn | Step>('POST', path, { body });
    if (status === 202) onStep?.(data as Step);
    else entered(data as SignedIn);
  };
}

/** Notes who is signed in, and goes to the page from which the user came. */
export function useEntered(): (data: SignedIn) => void {
  const search = useSearch();
  const [, go] = useLocation();
  const noteSignedIn = useSignedIn();
  return (data) => {
    const user = signedInUser(data);
    noteSignedIn(user);
    // A banned user can go nowhere else.
    go(user.scope === 'tickets' ? '/orders' : whereNext(search), { replace: true });
  };
}
