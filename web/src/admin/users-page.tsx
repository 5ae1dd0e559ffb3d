import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { User } from '../api/types.ts';
import { Paged } from '../design/paged.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Empty } from '../design/empty.tsx';
import { accountsQuery, type Account } from '../staff/queries.ts';
import rows from '../design/rows.module.css';
import { SearchField, useSearch } from '../staff/search-field.tsx';
import { useWords } from '../staff/use-words.ts';
import { AdminFrame } from './admin-frame.tsx';
import styles from './admin.module.css';
import { BanButton } from './ban-button.tsx';
import { RoleSelect } from './role-select.tsx';

export default function UsersPage({ me }: { me: User }) {
  const { admin } = useWords();
  const words = admin.users;
  return (
    <AdminFrame title={words.title}>
      <Users me={me} />
    </AdminFrame>
  );
}

function Users({ me }: { me: User }) {
  const { admin } = useWords();
  const words = admin.users;
  const client = useQueryClient();
  const { search, typing } = useSearch();
  const query = useInfiniteQuery(accountsQuery(search));
  const changed = () => client.invalidateQueries({ queryKey: ['accounts'] });
  return (
    <>
      <SearchField
        {...typing}
        label={words.search}
        hint={words.searchHint}
        maxLength={254}
        className={styles.search}
      />
      <Paged
        query={query}
        heights={[4, 4, 4, 4]}
        empty={<Empty title={words.empty} hint={words.emptyHint} />}
      >
        {(accounts) => (
          <ul className={rows.rows}>
            {accounts.map((account) => (
              <li key={account.id} className={styles.user}>
                <UserRow account={account} isMe={account.id === me.id} changed={changed} />
              </li>
            ))}
          </ul>
        )}
      </Paged>
    </>
  );
}

type UserRowProps = { account: Account; isMe: boolean; changed: () => Promise<void> };

function UserRow({ account, isMe, changed }: UserRowProps) {
  const { format } = useLocale();
  const { admin, roleNames } = useWords();
  const words = admin.users;
  return (
    <>
      <div className={rows.cell}>
        <p className={rows.name} id={`user-${account.id}`}>
          <bdi>{account.name}</bdi>
          {isMe && <span className={styles.mark}>{words.you}</span>}
          {account.bannedAt !== null && <span className={styles.banned}>{words.banned}</span>}
        </p>
        <p className={rows.soft}>
          <bdi>{account.email}</bdi> · {words.joined(format.shortDay(account.createdAt, format.here))}
        </p>
        {account.banReason !== null && (
          <p className={rows.soft}>
            {words.reason} <bdi>{account.banReason}</bdi>
          </p>
        )}
        <p className={styles.links}>
          <Link href={`/admin/orders?buyer=${account.id}`} aria-describedby={`user-${account.id}`}>
            {words.orders}
          </Link>
          <Link href={`/admin/audit?subject=user:${account.id}`} aria-describedby={`user-${account.id}`}>
            {words.history}
          </Link>
        </p>
      </div>
      {/* Administrators cannot ban or demote themselves: no administrator might be left. */}
      {isMe ? (
        <p className={rows.cell}>{roleNames[account.role]}</p>
      ) : (
        <div className={rows.actions}>
          <RoleSelect account={account} changed={changed} />
          <BanButton account={account} changed={changed} />
        </div>
      )}
    </>
  );
}
