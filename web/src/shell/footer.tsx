import { Link } from 'wouter';
import { useLocale } from '../i18n/locale.tsx';
import styles from './footer.module.css';

export function Footer() {
  const { text } = useLocale();
  return (
    <footer className={styles.footer}>
      <p>
        {text.shell.footer} <Link href="/past">{text.shell.past}</Link>{' '}
        <Link href="/privacy">{text.shell.privacy}</Link>
      </p>
    </footer>
  );
}
