import { ask } from '../api/http.ts';
import { useSay } from '../design/announcer.tsx';
import { AskingButton } from '../staff/asking-button.tsx';
import type { Account } from '../staff/queries.ts';
import { useWords } from '../staff/use-words.ts';

export function BanButton({ account, changed }: { account: Account; changed: () => Promise<void> }) {
  const { admin } = useWords();
  const words = admin.users;
  const say = useSay();
  const isBanned = account.bannedAt !== null;
  const act = async () => {
    await ask<Account>('POST', `/users/${account.id}/${isBanned ? 'unban' : 'ban'}`);
    await changed();
    say((isBanned ? words.saidUnban : words.saidBan)(account.name));
  };
  return (
    <AskingButton
      label={isBanned ? words.unban : words.ban}
      describedBy={`user-${account.id}`}
      title={(isBanned ? words.unbanTitle : words.banTitle)(account.name)}
      text={isBanned ? words.unbanText : words.banText}
      yes={isBanned ? words.unbanYes : words.banYes}
      no={words.banNo}
      bad={!isBanned}
      act={act}
    />
  );
}
