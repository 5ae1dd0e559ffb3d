import { useState } from 'react';
import { Button } from '../../design/button.tsx';
import { Notice } from '../../design/notice.tsx';
import styles from './factors.module.css';
import { useFactorWords } from './words.ts';

/** Recovery codes, the only time they are shown. */
export function RecoveryCodes({ codes, done }: { codes: readonly string[]; done: () => void }) {
  const words = useFactorWords();
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(codes.join('\n'));
    setCopied(true);
  };
  return (
    <>
      <Notice tone="good">{words.saveCodes}</Notice>
      <ul className={styles.codes} dir="ltr">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className={styles.buttons}>
        {/* Browsers have a clipboard over https and on localhost only. */}
        {'clipboard' in navigator && (
          <Button look="quiet" onClick={() => void copy().catch(() => undefined)}>
            {words.copy}
          </Button>
        )}
        <Button look="quiet" onClick={() => save(`${codes.join('\r\n')}\r\n`)}>
          {words.download}
        </Button>
        <Button onClick={done}>{words.done}</Button>
      </div>
      <p role="status">{isCopied && words.copied}</p>
    </>
  );
}

function save(text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'seatdrop-recovery-codes.txt';
  link.click();
  URL.revokeObjectURL(url);
}
