import type { ReactNode } from 'react';
import { Redirect, useLocation, useSearch } from 'wouter';
import type { User } from '../api/types.ts';
import { ButtonLink } from '../design/button.tsx';
import { Blank, LoadFailed, Page } from '../design/page.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { useSession } from '../session/use-me.ts';
import { Part, part } from '../shell/parts.tsx';
import { useWords } from './use-words.ts';

const FactorNeeded = part(() => import('../session/second-factor/factor-needed.tsx'));

type OnlyForProps = { admins?: boolean; children: (user: User) => ReactNode };

/**
 * Pages for organizers and administrators. The server refuses others too; this says so before anything is
 * requested.
 */
export function OnlyFor({ admins, children }: OnlyForProps) {
  const { text } = useLocale();
  const words = useWords();
  const { me, error, retry } = useSession();
  const [location] = useLocation();
  const search = useSearch();
  const title = admins === true ? text.shell.admin : text.shell.organize;
  if (me === undefined) {
    return (
      <Page title={title}>
        {error ? <LoadFailed error={error} retry={retry} /> : <Skeleton heights={[3, 8, 8]} />}
      </Page>
    );
  }
  if (me === null) {
    const here = `${location}${search && `?${search}`}`;
    return <Redirect to={`/signin?next=${encodeURIComponent(here)}`} replace />;
  }
  if (me.scope === 'tickets') {
    return (
      <Page title={words.guard.title}>
        <Blank title={words.guard.title}>
          <p>{text.problems.banned}</p>
          <ButtonLink href="/orders">{text.shell.tickets}</ButtonLink>
        </Blank>
      </Page>
    );
  }
  if (me.needs && me.role !== 'shopper')
    return (
      <Part>
        <FactorNeeded needs={me.needs} />
      </Part>
    );
  if (me.role === 'admin' || (me.role === 'organizer' && admins !== true)) return children(me);
  const why = admins === true ? words.guard.adminText : words.guard.text;
  return (
    <Page title={words.guard.title}>
      <Blank title={words.guard.title}>
        <p>{why(me.name, words.roles[me.role])}</p>
        {me.role === 'organizer' && <ButtonLink href="/organize">{words.guard.organize}</ButtonLink>}
        <ButtonLink look={me.role === 'organizer' ? 'quiet' : 'solid'} href="/">
          {words.guard.home}
        </ButtonLink>
      </Blank>
    </Page>
  );
}
