/** Forms to add a passkey or an authenticator app. */
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { appStart, factorAdded, passkeyStart } from '@seatdrop/shared/contract/second-factor.ts';
import { ask } from '../../api/http.ts';
import { Button } from '../../design/button.tsx';
import { Field } from '../../design/field.tsx';
import { Notice } from '../../design/notice.tsx';
import { QrCode } from '../../design/qr-code.tsx';
import auth from '../auth.module.css';
import { PasswordField } from '../password-field.tsx';
import { makePasskey } from './browser-passkeys.ts';
import styles from './factors.module.css';
import { useFactorFault, useFactorWords } from './words.ts';

type Added = z.infer<typeof factorAdded>;

type AddProps = {
  /** The first factor needs the password; others are asked for by `StepUp`. */
  isFirst: boolean;
  onAdded: (added: Added) => void;
  onCancel: () => void;
};

const startOf = (isFirst: boolean, password: string) => (isFirst ? { password } : {});

export function AddPasskey({ isFirst, onAdded, onCancel }: AddProps) {
  const words = useFactorWords();
  const [name, setName] = useState(words.firstName);
  const [password, setPassword] = useState('');
  const adding = useMutation({
    async mutationFn() {
      const path = '/auth/second-factor/passkeys';
      const body = startOf(isFirst, password);
      const { data } = await ask<z.infer<typeof passkeyStart>>('POST', `${path}/start`, { body });
      const response = await makePasskey(data.options);
      return (await ask<Added>('POST', path, { body: { token: data.token, name, response } })).data;
    },
    onSuccess: onAdded,
  });
  const fault = useFactorFault(adding.error);
  return (
    <SmallForm
      act={words.addPasskey}
      busy={adding.isPending}
      fault={fault}
      send={() => adding.mutate()}
      onCancel={onCancel}
    >
      <Field
        label={words.passkeyName}
        hint={words.passkeyHint}
        maxLength={60}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {isFirst && <Password value={password} set={setPassword} />}
    </SmallForm>
  );
}

export function AddApp({ isFirst, onAdded, onCancel }: AddProps) {
  const words = useFactorWords();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const starting = useMutation({
    mutationFn: async () => {
      const body = startOf(isFirst, password);
      return (await ask<z.infer<typeof appStart>>('POST', '/auth/second-factor/app/start', { body })).data;
    },
  });
  const adding = useMutation({
    mutationFn: async (token: string) =>
      (await ask<Added>('POST', '/auth/second-factor/app', { body: { token, code } })).data,
    onSuccess: onAdded,
  });
  const fault = useFactorFault(adding.error ?? starting.error);
  const { data: begun } = starting;
  if (!begun) {
    return (
      <SmallForm
        act={words.next}
        busy={starting.isPending}
        fault={fault}
        send={() => starting.mutate()}
        onCancel={onCancel}
      >
        {isFirst && <Password value={password} set={setPassword} />}
      </SmallForm>
    );
  }
  return (
    <SmallForm
      act={words.add}
      busy={adding.isPending}
      fault={fault}
      send={() => adding.mutate(begun.token)}
      onCancel={onCancel}
    >
      <p>{words.scan}</p>
      <QrCode value={begun.uri} label={words.qr} className={styles.qr} />
      <p>
        {words.secret}{' '}
        <span className={styles.secret} dir="ltr">
          {begun.secret.replaceAll(/.{4}(?=.)/g, '$& ')}
        </span>
      </p>
      <Field
        label={words.digits}
        inputMode="numeric"
        autoComplete="one-time-code"
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
    </SmallForm>
  );
}

function Password({ value, set }: { value: string; set: (typed: string) => void }) {
  const words = useFactorWords();
  return (
    <PasswordField
      label={words.password}
      error={undefined}
      autoComplete="current-password"
      value={value}
      onChange={(event) => set(event.currentTarget.value)}
    />
  );
}

type SmallFormProps = {
  act: string;
  busy: boolean;
  fault: string | undefined;
  send: () => void;
  onCancel: () => void;
  children: ReactNode;
};

function SmallForm({ act, busy, fault, send, onCancel, children }: SmallFormProps) {
  const words = useFactorWords();
  return (
    <form
      className={auth.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {children}
      {fault && <Notice tone="bad">{fault}</Notice>}
      <div className={styles.buttons}>
        <Button type="submit" busy={busy}>
          {act}
        </Button>
        <Button look="quiet" onClick={onCancel}>
          {words.cancel}
        </Button>
      </div>
    </form>
  );
}
