import { useState } from 'react';
import { ask } from '../api/http.ts';
import type { User } from '../api/types.ts';
import { useSay } from '../design/announcer.tsx';
import { AskFirst } from '../staff/ask-first.tsx';
import type { Account } from '../staff/queries.ts';
import { useWords } from '../staff/use-words.ts';
import styles from './admin.module.css';

const roles = ['shopper', 'organizer', 'admin'] as const;

/** What is chosen is only asked about at first: a wrong key must not make somebody an admin. */
export function RoleSelect({ account, changed }: { account: Account; changed: () => Promise<void> }) {
  const { admin, roleNames, roles: roleWords } = useWords();
  const words = admin.users;
  const say = useSay();
  const [wanted, setWanted] = useState<User['role']>();
  const act = async () => {
    await ask<Account>('PATCH', `/users/${account.id}/role`, { body: { role: wanted } });
    await changed();
    if (wanted) say(words.saidRole(account.name, roleWords[wanted]));
  };
  return (
    <>
      <select
        className={styles.select}
        aria-label={words.role}
        aria-describedby={`user-${account.id}`}
        value={account.role}
        onChange={(event) => setWanted(roles.find((role) => role === event.target.value))}
      >
        {roles.map((role) => (
          <option key={role} value={role}>
            {roleNames[role]}
          </option>
        ))}
      </select>
      {wanted && (
        <AskFirst
          title={words.roleTitle(account.name, roleWords[wanted])}
          text={words.roleText[wanted]}
          yes={words.roleYes}
          no={words.banNo}
          act={act}
          close={() => setWanted(undefined)}
        />
      )}
    </>
  );
}
