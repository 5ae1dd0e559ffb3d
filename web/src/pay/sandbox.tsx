/**
 * The sandbox provider: its frames show the test cards and the bank's challenge. They are of our own origin and talk by
 * postMessage (local/sandbox-payments/frames.ts); each side checks origin and window of a message.
 */
import { useEffect, useRef, useState, type RefObject } from 'react';
import { Button } from '../design/button.tsx';
import { Notice } from '../design/notice.tsx';
import styles from '../drop/counter.module.css';
import { useLocale } from '../i18n/locale.tsx';
import { currentTheme } from '../shell/theme.ts';
import type { AdapterProps } from './adapter.ts';
import frameStyles from './frame.module.css';

const from = 'sandbox-payments';
/** Milliseconds. */
const patience = 10_000;

type Message = { from?: unknown; kind?: unknown; height?: unknown; token?: unknown };

export default function Sandbox(props: AdapterProps<'sandbox'>) {
  // A frame that did not load is loaded again as a new one.
  const [frameNumber, setFrameNumber] = useState(0);
  return <SandboxFrame key={frameNumber} {...props} again={() => setFrameNumber((number) => number + 1)} />;
}

type FrameState = 'loading' | 'ready' | 'failed';

function SandboxFrame({
  action,
  isBusy,
  onToken,
  onDone,
  again,
  children,
  instead,
}: AdapterProps<'sandbox'> & { again: () => void }) {
  const { text, locale } = useLocale();
  const frame = useRef<HTMLIFrameElement>(null);
  const [theme] = useState(currentTheme);
  const [height, setHeight] = useState<number>();
  const [state, setState] = useState<FrameState>('loading');
  const isChallenge = action.step === 'challenge';
  const post = (message: object) =>
    frame.current?.contentWindow?.postMessage({ from, ...message }, location.origin);
  useMessagesOf(frame, ({ kind, height: newHeight, token }) => {
    if (kind === 'ready') {
      setState('ready');
      if (isChallenge) post({ kind: 'begin', secret: action.secret });
    }
    if (kind === 'height' && typeof newHeight === 'number') setHeight(newHeight);
    if (kind === 'token' && typeof token === 'string' && !isBusy) onToken(token);
    if (kind === 'done' && !isBusy) onDone();
  });
  useEffect(() => {
    if (state !== 'loading') return undefined;
    const timer = setTimeout(() => setState('failed'), patience);
    return () => clearTimeout(timer);
  }, [state]);

  if (state === 'failed') {
    return (
      <>
        <Notice tone="bad">
          <p>{text.pay.notLoaded}</p>
          <Button onClick={again}>{text.common.tryAgain}</Button>
        </Notice>
        {instead}
      </>
    );
  }
  const name = isChallenge ? 'challenge' : 'cards';
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (state === 'ready' && !isBusy) post({ kind: 'ask' });
      }}
    >
      <iframe
        ref={frame}
        className={frameStyles[name]}
        style={height === undefined ? undefined : { height }}
        title={isChallenge ? text.pay.challengeFrame : text.pay.cardsFrame}
        src={`/sandbox-payments/frame/${name}?${new URLSearchParams({ lang: locale, theme }).toString()}`}
      />
      {children(state === 'ready')}
    </form>
  );
}

/** Hears what this frame says; messages of other windows and other origins are not for us. */
function useMessagesOf(frame: RefObject<HTMLIFrameElement | null>, hear: (message: Message) => void): void {
  const latest = useRef(hear);
  useEffect(() => {
    latest.current = hear;
  });
  useEffect(() => {
    const listener = ({ source, origin, data }: MessageEvent<Message | null>) => {
      const isOfFrame = source !== null && source === frame.current?.contentWindow;
      if (isOfFrame && origin === location.origin && data?.from === from) latest.current(data);
    };
    window.addEventListener('message', listener);
    return () => window.removeEventListener('message', listener);
  }, [frame]);
}
