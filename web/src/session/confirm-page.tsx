import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { confirmed } from '@seatdrop/shared/contract/accounts.ts';
import { ask, Refusal } from '../api/http.ts';
import { useFault } from '../api/use-fault.ts';
import { Button, ButtonLink } from '../design/button.tsx';
import { Notice } from '../design/notice.tsx';
import { Blank, Page } from '../design/page.tsx';
import styles from './auth.module.css';
import { useConfirmWords } from './confirm-words.ts';
import { useMe, useSessionChanged } from './use-me.ts';

/**
 * The page of a mailed link, whose secret is behind the `#`. The link is used when the button is pressed: programs that
 * open the links of mails confirm no address.
 */
export default function ConfirmPage() {
  const words = useConfirmWords();
  const me = useMe();
  const sessionChanged = useSessionChanged();
  const [token] = useState(() => location.hash.slice(1));
  const { mutate, isPending, data, error } = useMutation({
    async mutationFn() {
      const answer = await ask<z.infer<typeof confirmed>>('POST', '/auth/confirm', { body: { token } });
      await sessionChanged();
      return answer.data;
    },
  });
  const fault = useFault(error);
  if (data) {
    return (
      <State title={words.done} text={words.doneText(data.email)}>
        {me === null ? (
          <ButtonLink href="/signin">{words.toSignIn}</ButtonLink>
        ) : (
          <ButtonLink href="/">{words.toEvents}</ButtonLink>
        )}
      </State>
    );
  }
  const code = error instanceof Refusal ? error.code : undefined;
  if (token === '' || code === 'link_not_valid') {
    return (
      <State title={words.notValid} text={words.notValidText}>
        <ButtonLink href="/account">{words.toAccount}</ButtonLink>
      </State>
    );
  }
  if (code === 'not_signed_in') {
    return (
      <State title={words.signInFirst} text={words.signInFirstText}>
        <ButtonLink href="/signin">{words.toSignIn}</ButtonLink>
      </State>
    );
  }
  return (
    <Page title={words.title} narrow>
      <div className={styles.auth}>
        <header>
          <h1>{words.title}</h1>
          <p className={styles.lead}>{words.why}</p>
        </header>
        {fault && <Notice tone="bad">{fault}</Notice>}
        <Button wide busy={isPending} onClick={() => mutate()}>
          {words.confirm}
        </Button>
      </div>
    </Page>
  );
}

function State({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <Page title={title} narrow>
      <Blank title={title}>
        <p>{text}</p>
        {children}
      </Blank>
    </Page>
  );
}
