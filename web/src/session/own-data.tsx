/** A user's data: downloading it, and deleting the account. */
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { DeletionObstacle } from '@seatdrop/shared/contract/own-data.ts';
import { ask, Refusal } from '../api/http.ts';
import type { User } from '../api/types.ts';
import { faultText } from '../api/use-fault.ts';
import buttons from '../design/button.module.css';
import { Button } from '../design/button.tsx';
import { classes } from '../design/classes.ts';
import { ConfirmDialog } from '../design/confirm-dialog.tsx';
import { Notice } from '../design/notice.tsx';
import { useApiForm } from '../forms/use-api-form.ts';
import { useLocale } from '../i18n/locale.tsx';
import styles from './auth.module.css';
import { useOwnDataWords } from './own-data-words.ts';
import data from './own-data.module.css';
import { PasswordField } from './password-field.tsx';
import { useAccountGone } from './use-me.ts';

export default function OwnData({ user }: { user: User }) {
  const words = useOwnDataWords();
  const [isAsked, setAsked] = useState(false);
  return (
    <section className={styles.form}>
      <div>
        <h2>{words.dataTitle}</h2>
        <p className={styles.lead}>
          {words.dataWhy}{' '}
          <Link href="/privacy" className={data.link}>
            {words.privacy}
          </Link>
        </p>
      </div>
      <div className={data.buttons}>
        <a className={classes(buttons.button, buttons.quiet)} href="/api/me/export" download>
          {words.download}
        </a>
        {/* Whoever is banned writes to us: an account that is deleted and created again would evade the ban. */}
        {user.scope === undefined && (
          <Button look="bad" onClick={() => setAsked(true)}>
            {words.deleteAccount}
          </Button>
        )}
      </div>
      {isAsked && <DeleteDialog user={user} onClose={() => setAsked(false)} />}
    </section>
  );
}

const schema = async () => (await import('@seatdrop/shared/contract/own-data.ts')).accountDeletion;
type Values = { password: string };

function DeleteDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const { text } = useLocale();
  const words = useOwnDataWords();
  const accountGone = useAccountGone();
  const [, go] = useLocation();
  const [obstacles, setObstacles] = useState<DeletionObstacle[]>([]);
  const { field, formState, formFault, formProps, submit } = useApiForm({
    schema,
    defaultValues: { password: '' },
    bodyOf: (values: Values) => values,
    async send(body) {
      setObstacles([]);
      try {
        await ask('DELETE', '/me', { body });
      } catch (error) {
        setObstacles(obstaclesIn(error));
        throw error;
      }
      go('/privacy?deleted', { replace: true });
      accountGone();
    },
    wordsOf: (error) => (obstaclesIn(error).length > 0 ? words.inUse : faultText(error, text)),
    checksOnLeaving: false,
  });
  const isRefused = obstacles.length > 0;
  return (
    <ConfirmDialog
      title={words.deleteTitle}
      text={isRefused ? words.inUse : words.deleteText}
      yes={isRefused ? words.again : words.deleteYes}
      no={words.deleteNo}
      bad
      busy={formState.isSubmitting}
      onYes={() => void submit()}
      onClose={onClose}
      fault={isRefused ? undefined : formFault}
    >
      {isRefused && <Obstacles obstacles={obstacles} />}
      <form {...formProps} className={data.dialog} hidden={isRefused}>
        <ul className={data.list}>
          {words.deleteLost.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        <input type="hidden" autoComplete="username" value={user.email} readOnly />
        <PasswordField {...field('password')} label={words.deletePassword} autoComplete="current-password" />
      </form>
    </ConfirmDialog>
  );
}

function Obstacles({ obstacles }: { obstacles: DeletionObstacle[] }) {
  const { format } = useLocale();
  const words = useOwnDataWords();
  return (
    <Notice tone="bad">
      <ul className={data.list}>
        {obstacles.map(({ code, title: event = '', until, ...of }) => (
          <li key={JSON.stringify({ code, ...of })} dir="auto">
            {words.obstacles[code](event)}
            {until !== undefined && ` ${words.obstacleUntil(format.moment(until, format.here))}`}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

function obstaclesIn(error: unknown): DeletionObstacle[] {
  if (!(error instanceof Refusal) || error.code !== 'account_in_use') return [];
  return error.body['obstacles'] as DeletionObstacle[];
}
