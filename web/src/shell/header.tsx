import { Link, useLocation } from 'wouter';
import { lazy, Suspense, useState } from 'react';
import { useLocale } from '../i18n/locale.tsx';
import { useMe } from '../session/use-me.ts';
import { Logo } from './logo.tsx';
import { MenuFace } from './menu-face.tsx';
import styles from './header.module.css';

const loadMenu = () => import('./options-menu.tsx');
const OptionsMenu = lazy(loadMenu);

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
          {me && me.role !== 'shopper' && (
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
        <MenuOnDemand />
      </div>
    </header>
  );
}

/** The menu is a third of a page's weight, and most visits do without: it is loaded when a hand comes near. */
function MenuOnDemand() {
  const { text } = useLocale();
  const me = useMe();
  const [isWanted, setWanted] = useState(false);
  const label = me ? text.shell.account(me.name) : text.shell.menu;
  const button = (
    <button
      type="button"
      className={styles.menu}
      aria-label={label}
      aria-haspopup="menu"
      aria-expanded="false"
      onPointerEnter={() => void loadMenu()}
      onFocus={() => void loadMenu()}
      onClick={() => setWanted(true)}
    >
      <MenuFace name={me?.name} />
    </button>
  );
  if (!isWanted) return button;
  return (
    <Suspense fallback={button}>
      <OptionsMenu />
    </Suspense>
  );
}
