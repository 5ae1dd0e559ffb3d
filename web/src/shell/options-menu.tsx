import { Menu } from '@base-ui/react/menu';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { locales, useLocale, type Locale } from '../i18n/locale.tsx';
import { useMe, useSignOut } from '../session/use-me.ts';
import headerStyles from './header.module.css';
import { MenuFace } from './menu-face.tsx';
import { chooseTheme, currentTheme, type Theme } from './theme.ts';
import styles from './options-menu.module.css';

/** Who is signed in, where else to go, and how the pages look and speak. */
export default function OptionsMenu() {
  const { text, locale, choose } = useLocale();
  const me = useMe();
  const signOut = useSignOut();
  const [, go] = useLocation();
  const [theme, setTheme] = useState(currentTheme);
  return (
    <Menu.Root modal={false} defaultOpen>
      <Menu.Trigger
        className={headerStyles.menu}
        aria-label={me ? text.shell.account(me.name) : text.shell.menu}
      >
        <MenuFace name={me?.name} />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="end" sideOffset={8} className={styles.positioner}>
          <Menu.Popup className={styles.popup}>
            {me && (
              <p className={styles.who}>
                <strong>{me.name}</strong>
                <span>{me.email}</span>
              </p>
            )}
            <Menu.Item className={styles.item} onClick={() => go('/')}>
              {text.shell.events}
            </Menu.Item>
            {me && (
              <Menu.Item className={styles.item} onClick={() => go('/orders')}>
                {text.shell.tickets}
              </Menu.Item>
            )}
            {me && me.role !== 'shopper' && (
              <Menu.Item className={styles.item} onClick={() => go('/organize')}>
                {text.shell.organize}
              </Menu.Item>
            )}
            {me?.role === 'admin' && (
              <Menu.Item className={styles.item} onClick={() => go('/admin')}>
                {text.shell.admin}
              </Menu.Item>
            )}
            {me === null && (
              <>
                <Menu.Item className={styles.item} onClick={() => go('/signin')}>
                  {text.shell.signIn}
                </Menu.Item>
                <Menu.Item className={styles.item} onClick={() => go('/signup')}>
                  {text.shell.signUp}
                </Menu.Item>
              </>
            )}
            <Menu.Separator className={styles.line} />
            <Menu.RadioGroup value={locale} onValueChange={(value: Locale) => choose(value)}>
              <Menu.GroupLabel className={styles.label}>{text.shell.language}</Menu.GroupLabel>
              {Object.entries(locales).map(([tag, name]) => (
                <Option key={tag} value={tag} label={name} lang={tag} />
              ))}
            </Menu.RadioGroup>
            <Menu.Separator className={styles.line} />
            <Menu.RadioGroup
              value={theme}
              onValueChange={(value: Theme) => {
                chooseTheme(value);
                setTheme(value);
              }}
            >
              <Menu.GroupLabel className={styles.label}>{text.shell.theme}</Menu.GroupLabel>
              {Object.entries(text.shell.themes).map(([value, name]) => (
                <Option key={value} value={value} label={name} />
              ))}
            </Menu.RadioGroup>
            {me && (
              <>
                <Menu.Separator className={styles.line} />
                <Menu.Item className={styles.item} onClick={() => signOut()}>
                  {text.shell.signOut}
                </Menu.Item>
              </>
            )}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function Option({ value, label, lang }: { value: string; label: string; lang?: string }) {
  return (
    <Menu.RadioItem className={styles.item} value={value} lang={lang}>
      {label}
      <Menu.RadioItemIndicator className={styles.chosen} />
    </Menu.RadioItem>
  );
}
