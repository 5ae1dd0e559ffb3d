import { Link, useLocation } from 'wouter';
import styles from './tabs.module.css';

type Tab = { href: string; label: string };

/** Related pages. Links, so that each has its own address and history entry. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  const [location] = useLocation();
  return (
    <nav className={styles.tabs} aria-label={label}>
      {tabs.map(({ href, label: name }) => (
        <Link key={href} href={href} aria-current={location === href ? 'page' : undefined}>
          {name}
        </Link>
      ))}
    </nav>
  );
}
