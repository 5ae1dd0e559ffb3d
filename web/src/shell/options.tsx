import { useId, useRef, useState } from 'react';
import { Link } from 'wouter';
import type { User } from '../api/types.ts';
import { useFault } from '../api/use-fault.ts';
import { Notice } from '../design/notice.tsx';
import { Person } from '../design/icons.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { locales, type Locale } from '../i18n/locales.ts';
import { useMe, useSignOut } from '../session/use-me.ts';
import styles from './options.module.css';
import { chooseTheme, currentTheme, type Theme } from './theme.ts';

/**
 * The menu: who is signed in, links, theme and language. It is the browser's own popover with links and radio
 * buttons, which adds no code, closes as usual and needs no focus trap.
 */
export function Options() {
  const { text, locale, choose } = useLocale();
  const me = useMe();
  const { signOut, isSigningOut, error } = useSignOut();
  const fault = useFault(error);
  const [theme, setTheme] = useState(currentTheme);
  const [isOpen, setOpen] = useState(false);
  const popover = useRef<HTMLDivElement>(null);
  const id = useId();
  const close = () => popover.current?.hidePopover();
  const initial = me ? Array.from(me.name.trim())[0]?.toUpperCase() : undefined;
  return (
    <>
      <button
        type="button"
        className={styles.button}
        popoverTarget={id}
        aria-expanded={isOpen}
        aria-label={me ? text.shell.account(me.name) : text.shell.menu}
      >
        {initial === undefined ? <Person /> : <span className={styles.initial}>{initial}</span>}
      </button>
      <div
        ref={popover}
        id={id}
        popover="auto"
        className={styles.panel}
        onToggle={(event) => setOpen(event.newState === 'open')}
      >
        {me && (
          <p className={styles.who}>
            <strong dir="auto">{me.name}</strong>
            <span dir="auto">{me.email}</span>
          </p>
        )}
        <ul onClick={close} role="presentation">
          <Items me={me} />
        </ul>
        <Radios<Locale>
          legend={text.shell.language}
          values={locales}
          chosen={locale}
          onChange={choose}
          ownWords
        />
        <Radios<Theme>
          legend={text.shell.theme}
          values={text.shell.themes}
          chosen={theme}
          onChange={(value) => {
            chooseTheme(value);
            setTheme(value);
          }}
        />
        {me && (
          <button
            type="button"
            className={styles.item}
            aria-disabled={isSigningOut || undefined}
            onClick={() => {
              // Only after it has succeeded: who believes to be signed out may hand on the device.
              if (!isSigningOut) signOut().then(close, () => undefined);
            }}
          >
            {text.shell.signOut}
          </button>
        )}
        {me && fault && <Notice tone="bad">{fault}</Notice>}
      </div>
    </>
  );
}

function Items({ me }: { me: User | null | undefined }) {
  const { shell } = useLocale().text;
  return (
    <>
      <Item href="/" label={shell.events} />
      {me && <Item href="/orders" label={shell.tickets} />}
      {me && !me.scope && <Item href="/account" label={shell.ownAccount} />}
      {me && me.role !== 'shopper' && !me.scope && <Item href="/organize" label={shell.organize} />}
      {me?.role === 'admin' && !me.scope && <Item href="/admin" label={shell.admin} />}
      {me === null && <Item href="/signin" label={shell.signIn} />}
      {me === null && <Item href="/signup" label={shell.signUp} />}
    </>
  );
}

function Item({ href, label }: { href: string; label: string }) {
  return (
    <li>
      <Link href={href} className={styles.item}>
        {label}
      </Link>
    </li>
  );
}

type RadiosProps<V extends string> = {
  legend: string;
  values: Record<V, string>;
  chosen: V;
  onChange: (value: V) => void;
  /** Each option is written in the language it names. */
  ownWords?: boolean;
};

function Radios<V extends string>({ legend, values, chosen, onChange, ownWords }: RadiosProps<V>) {
  const name = useId();
  return (
    <fieldset className={styles.group}>
      <legend>{legend}</legend>
      {(Object.entries(values) as [V, string][]).map(([value, label]) => (
        <label key={value} className={styles.item} lang={ownWords ? value : undefined}>
          <input
            type="radio"
            name={name}
            value={value}
            checked={value === chosen}
            onChange={() => onChange(value)}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
