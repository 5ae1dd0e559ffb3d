import { useEffect, useState } from 'react';
import { Button } from '../design/button.tsx';
import { Notice } from '../design/notice.tsx';
import { useLocale } from '../i18n/locale.tsx';
import type { Waiting } from './send-entry.ts';

/** Says that an entry is sent again automatically, why, and when. */
export function WaitingNotice({ waiting, onStop }: { waiting: Waiting; onStop: () => void }) {
  const { text } = useLocale();
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 500);
    return () => clearInterval(timer);
  }, []);
  const left = Math.max(0, Math.ceil((waiting.until - performance.now()) / 1000));
  return (
    <Notice>
      <p>
        {text.drop.waits[waiting.why]} <span aria-hidden="true">{text.drop.waitsIn(left)}</span>
      </p>
      <Button look="bare" onClick={onStop}>
        {text.drop.stopTrying}
      </Button>
    </Notice>
  );
}
