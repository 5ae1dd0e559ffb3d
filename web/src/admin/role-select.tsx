import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/http.ts';
import type { User } from '../api/types.ts';
import { useSay } from '../design/announcer.tsx';
import { ConfirmDialog } from '../design/confirm-dialog.tsx';
import type { Account } from '../staff/queries.ts';
import { useStaffFault } from '../staff/use-staff-fault.ts';
import { useWords } from '../staff/use-words.ts';
import styles from './admin.module.css';

const roles = ['shopper', 'organizer', 'admin'] as const;

/** Choosing a role only opens a confirmation: a wrong key press must not make anybody an administrator. */
export function RoleSelect({ account, changed }: { account: Account; changed: () => Promise<void> }) {
  const { admin, roleNames, roles: roleWords } = useWords();
  const words = admin.users;
  const faultOf = useStaffFault();
  const say = useSay();
  const [wanted, setWanted] = useState<User['role']>();
  const { mutate, isPending, error, reset } = useMutation({
    async mutationFn(role: User['role']) {
      await ask<Account>('PATCH', `/users/${account.id}/role`, { body: { role } });
      await changed();
      say(words.saidRole(account.name, roleWords[role]));
    },
    onSuccess: () => setWanted(undefined),
  });
  return (
    <>
      <select
        className={styles.select}
        aria-label={words.role}
        aria-describedby={`user-${account.id}`}
        value={account.role}
        onChange={(event) => {
          reset();
          setWanted(roles.find((role) => role === event.target.value));
        }}
      >
        {roles.map((role) => (
          <option key={role} value={role}>
            {roleNames[role]}
          </option>
        ))}
      </select>
      {wanted && (
        <ConfirmDialog
          title={words.roleTitle(account.name, roleWords[wanted])}
          text={words.roleText[wanted]}
          yes={words.roleYes}
          no={words.banNo}
          busy={isPending}
          fault={faultOf(error)}
          onYes={() => mutate(wanted)}
          onClose={() => setWanted(undefined)}
        />
      )}
    </>
  );
}
