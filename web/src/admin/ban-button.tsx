import { useState } from 'react';
import { ask } from '../api/http.ts';
import { useSay } from '../design/announcer.tsx';
import { Button } from '../design/button.tsx';
import { ConfirmDialog } from '../design/confirm-dialog.tsx';
import { useApiForm } from '../forms/use-api-form.ts';
import { AskingButton } from '../staff/asking-button.tsx';
import { AreaField } from '../staff/fields.tsx';
import type { Account } from '../staff/queries.ts';
import { useStaffFault } from '../staff/use-staff-fault.ts';
import { useWords } from '../staff/use-words.ts';

type BanProps = { account: Account; changed: () => Promise<void> };

export function BanButton(props: BanProps) {
  return props.account.bannedAt === null ? <Ban {...props} /> : <Unban {...props} />;
}

function Unban({ account, changed }: BanProps) {
  const { users: words } = useWords().admin;
  const say = useSay();
  const act = async () => {
    await ask<Account>('POST', `/users/${account.id}/unban`);
    await changed();
    say(words.saidUnban(account.name));
  };
  return (
    <AskingButton
      label={words.unban}
      describedBy={`user-${account.id}`}
      title={words.unbanTitle(account.name)}
      text={words.unbanText}
      yes={words.unbanYes}
      no={words.banNo}
      act={act}
    />
  );
}

function Ban(props: BanProps) {
  const { users: words } = useWords().admin;
  const [isAsked, setAsked] = useState(false);
  return (
    <>
      <Button look="quiet" aria-describedby={`user-${props.account.id}`} onClick={() => setAsked(true)}>
        {words.ban}
      </Button>
      {isAsked && <BanDialog {...props} onClose={() => setAsked(false)} />}
    </>
  );
}

const schema = async () => (await import('@seatdrop/shared/contract/accounts.ts')).newBan;

function BanDialog({ account, changed, onClose }: BanProps & { onClose: () => void }) {
  const { users: words } = useWords().admin;
  const say = useSay();
  const form = useApiForm<{ reason: string }, { reason: string }>({
    schema,
    defaultValues: { reason: '' },
    bodyOf: ({ reason }) => ({ reason }),
    async send(body) {
      await ask<Account>('POST', `/users/${account.id}/ban`, { body });
      await changed();
      say(words.saidBan(account.name));
      onClose();
    },
    wordsOf: useStaffFault(),
    checksOnLeaving: false,
  });
  return (
    <ConfirmDialog
      title={words.banTitle(account.name)}
      text={words.banText}
      yes={words.banYes}
      no={words.banNo}
      bad
      busy={form.formState.isSubmitting}
      fault={form.formFault}
      onYes={() => void form.submit()}
      onClose={onClose}
    >
      <form {...form.formProps}>
        <AreaField
          {...form.field('reason')}
          label={words.banReason}
          hint={words.banReasonHint}
          rows={3}
          maxLength={500}
        />
      </form>
    </ConfirmDialog>
  );
}
