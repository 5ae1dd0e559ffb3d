import { useEffect, useRef, useState } from 'react';
import { Button } from '../../design/button.tsx';
import { Notice } from '../../design/notice.tsx';
import { useWords } from '../../staff/use-words.ts';
import { reloadPage } from '../../shell/reload.ts';
import styles from './check-in-page.module.css';
import { needsReload, openDetector, type Detector } from './qr-detector.ts';

/** Milliseconds between two looks at the picture. */
const lookEvery = 150;
/** Milliseconds until the same code counts again: a ticket stays in view for a moment. */
const sameAgainAfter = 4_000;

type Trouble = 'denied' | 'unreadable';

/** Remembers over a reload that the camera was asked for. */
const openedAfterReload = 'seatdrop.door.camera';

export function Camera({ check }: { check: (code: string) => Promise<void> }) {
  const { checkIn: words } = useWords();
  const [isOn, setOn] = useState(() => {
    const isAskedFor = sessionStorage.getItem(openedAfterReload) !== null;
    sessionStorage.removeItem(openedAfterReload);
    return isAskedFor;
  });
  const [trouble, setTrouble] = useState<Trouble>();
  // Missing without TLS.
  if (navigator.mediaDevices === undefined) return <p className={styles.soft}>{words.noCamera}</p>;
  const toggle = async () => {
    setTrouble(undefined);
    if (!isOn && (await needsReload())) {
      sessionStorage.setItem(openedAfterReload, 'yes');
      reloadPage();
    } else setOn(!isOn);
  };
  return (
    <div className={styles.camera}>
      {isOn && (
        <View
          check={check}
          onTrouble={(found) => {
            setTrouble(found);
            setOn(false);
          }}
        />
      )}
      <Button look="quiet" wide onClick={() => void toggle()}>
        {isOn ? words.cameraStop : words.camera}
      </Button>
      {trouble === 'denied' && <Notice tone="bad">{words.cameraDenied}</Notice>}
      {trouble === 'unreadable' && <Notice tone="bad">{words.cameraUnreadable}</Notice>}
    </div>
  );
}

type ViewProps = { check: (code: string) => Promise<void>; onTrouble: (trouble: Trouble) => void };

function View({ check, onTrouble }: ViewProps) {
  const { checkIn: words } = useWords();
  const video = useRef<HTMLVideoElement>(null);
  const trouble = useRef(onTrouble);
  useEffect(() => {
    const element = video.current;
    if (!element) return undefined;
    let stopped = false;
    let stream: MediaStream | undefined;
    let timer: ReturnType<typeof setTimeout>;
    let last = { code: '', at: -Infinity };

    const look = async (detector: Detector) => {
      const [found] = await detector.detect(element).catch(() => []);
      if (stopped) return;
      const now = performance.now();
      if (found) {
        const isSame = found.rawValue === last.code && now - last.at < sameAgainAfter;
        last = { code: found.rawValue, at: now };
        if (!isSame) await check(found.rawValue);
      }
      // Checking took a while; the camera may have been switched off since.
      if (!stopped) timer = setTimeout(() => void look(detector), lookEvery);
    };
    const start = async () => {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
      // The camera may have been switched off while the browser asked for permission.
      if (stopped) {
        stop(stream);
        return;
      }
      element.srcObject = stream;
      // Until the first picture, detecting finds nothing and does no harm.
      element.play().catch(() => undefined);
      const detector = await openDetector().catch(() => undefined);
      if (stopped) return;
      if (detector) await look(detector);
      else trouble.current('unreadable');
    };
    start().catch(() => !stopped && trouble.current('denied'));
    return () => {
      stopped = true;
      clearTimeout(timer);
      if (stream) stop(stream);
    };
  }, [check]);
  return <video ref={video} className={styles.video} aria-label={words.cameraView} muted playsInline />;
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
