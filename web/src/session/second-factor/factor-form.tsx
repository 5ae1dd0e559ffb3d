/** Asks for a passkey or a code: the second step of signing in, and again for some acts. */
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import type { secondStep } from '@seatdrop/shared/contract/second-factor.ts';
import { Button } from '../../design/button.tsx';
import { Field } from '../../design/field.tsx';
import { Notice } from '../../design/notice.tsx';
import styles from '../auth.module.css';
import { askPasskey } from './browser-passkeys.ts';
import { useFactorFault, useFactorWords } from './words.ts';

export type FactorStep = z.infer<typeof secondStep>;

type FactorFormProps = {
  step: FactorStep;
  /** Sends the proof. Rejects with the server's answer. */
  prove: (proof: { token: string; answer: object }) => Promise<unknown>;
};

export function FactorForm({ step: { token, methods, passkey }, prove }: FactorFormProps) {
  const words = useFactorWords();
  const [typed, setTyped] = useState('');
  const proving = useMutation({ mutationFn: (answer: object) => prove({ token, answer }) });
  const usingPasskey = useMutation({
    mutationFn: async () => proving.mutateAsync({ kind: 'passkey', response: await askPasskey(passkey!) }),
  });
  const fault = useFactorFault(usingPasskey.error ?? proving.error);
  const hasCode = methods.includes('code') || methods.includes('recovery');
  const send = () => {
    usingPasskey.reset();
    const code = typed.replaceAll(/[\s-]/g, '');
    proving.mutate({ kind: methods.includes('code') && code.length <= 6 ? 'code' : 'recovery', code: typed });
  };
  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (typed.trim() !== '') send();
      }}
    >
      {methods.includes('passkey') && (
        <Button wide busy={usingPasskey.isPending} onClick={() => usingPasskey.mutate()}>
          {words.usePasskey}
        </Button>
      )}
      {hasCode && (
        <>
          <Field
            label={words.orCode}
            hint={methods.includes('code') ? words.codeHint : words.recoveryHint}
            autoComplete="one-time-code"
            autoCapitalize="off"
            spellCheck={false}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <Button
            type="submit"
            wide
            look={methods.includes('passkey') ? 'quiet' : 'solid'}
            busy={proving.isPending}
          >
            {words.sendCode}
          </Button>
        </>
      )}
      {fault && <Notice tone="bad">{fault}</Notice>}
    </form>
  );
}
