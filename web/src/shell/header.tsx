import { Link, useLocation } from 'wouter';
import { useLocale } from '../i18n/locale.tsx';
import { useMe } from '../session/use-me.ts';
import { Logo } from './logo.tsx';
import { Options } from './options.tsx';
import styles from './header.module.css';

export function Header() {
  const { text } = useLocale();
  const me = useMe();
  const [location] = useLocation();
  const current = (path: string) => (location.startsWith(path) ? ('page' as const) : undefined);
  return (
    <header className={styles.header}>
      <div className={styles.inside}>
        <Link href="/" className={styles.home} aria-label="Seatdrop">
          <Logo />
          <span>Seatdrop</span>
        </Link>
        <nav className={styles.nav}>
          <Link href="/" className={styles.wideOnly} aria-current={location === '/' ? 'page' : undefined}>
            {text.shell.events}
          </Link>
          {me && (
            <Link href="/orders" aria-current={current('/orders')}>
              {text.shell.tickets}
            </Link>
          )}
          {me && me.role !== 'shopper' && !me.scope && (
            <Link href="/organize" className={styles.wideOnly} aria-current={current('/organize')}>
              {text.shell.organize}
            </Link>
          )}
          {me === null && (
            <Link href={`/signin?next=${encodeURIComponent(location)}`} aria-current={current('/signin')}>
              {text.shell.signIn}
            </Link>
          )}
        </nav>
        <Options />
      </div>
    </header>
  );
}
