import { useEffect, useRef, useState } from 'react';
import { Button } from '../../design/button.tsx';
import { Notice } from '../../design/notice.tsx';
import { useWords } from '../../staff/use-words.ts';
import styles from './check-in-page.module.css';

/** Missing in TypeScript's library, since only some browsers have it. */
type Detector = { detect: (image: HTMLVideoElement) => Promise<{ rawValue: string }[]> };
type DetectorClass = new (options: { formats: string[] }) => Detector;

function detectorClass(): DetectorClass | undefined {
  return (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
}

/** Milliseconds between two looks at the picture. */
const lookEvery = 150;
/** Milliseconds until the same code counts again: a ticket stays in view for a moment. */
const sameAgainAfter = 4_000;

/** Reads codes by camera, in browsers that can. */
export function Camera({ check }: { check: (code: string) => Promise<void> }) {
  const { checkIn: words } = useWords();
  const [isOn, setOn] = useState(false);
  const [isDenied, setDenied] = useState(false);
  const canRead = detectorClass() !== undefined && navigator.mediaDevices !== undefined;
  if (!canRead) return <p className={styles.soft}>{words.noCamera}</p>;
  return (
    <div className={styles.camera}>
      {isOn && (
        <View
          check={check}
          onDenied={() => {
            setDenied(true);
            setOn(false);
          }}
        />
      )}
      <Button
        look="quiet"
        wide
        onClick={() => {
          setDenied(false);
          setOn(!isOn);
        }}
      >
        {isOn ? words.cameraStop : words.camera}
      </Button>
      {isDenied && <Notice tone="bad">{words.cameraDenied}</Notice>}
    </div>
  );
}

function View({ check, onDenied }: { check: (code: string) => Promise<void>; onDenied: () => void }) {
  const { checkIn: words } = useWords();
  const video = useRef<HTMLVideoElement>(null);
  const denied = useRef(onDenied);
  useEffect(() => {
    const Detector = detectorClass();
    const element = video.current;
    if (!Detector || !element) return undefined;
    let stopped = false;
    let stream: MediaStream | undefined;
    let timer: ReturnType<typeof setTimeout>;
    const detector = new Detector({ formats: ['qr_code'] });
    let last = { code: '', at: -Infinity };

    const look = async () => {
      const [found] = await detector.detect(element).catch(() => []);
      if (stopped) return;
      const now = performance.now();
      if (found) {
        const isSame = found.rawValue === last.code && now - last.at < sameAgainAfter;
        last = { code: found.rawValue, at: now };
        if (!isSame) await check(found.rawValue);
      }
      // Checking took a while; the camera may have been switched off since.
      if (!stopped) timer = setTimeout(() => void look(), lookEvery);
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
      await look();
    };
    start().catch(() => !stopped && denied.current());
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
