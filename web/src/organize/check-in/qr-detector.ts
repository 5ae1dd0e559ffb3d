/** What reads QR codes in the camera's picture: the browser's own detector, or a decoder that is loaded. */
import { loadedPath } from '../../shell/reload.ts';

export type Detector = { detect: (image: HTMLVideoElement) => Promise<readonly { rawValue: string }[]> };
/** Missing in TypeScript's library, since only some browsers have it. */
type DetectorClass = {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats: () => Promise<readonly string[]>;
};

async function ownDetector(): Promise<Detector | undefined> {
  const { BarcodeDetector: Own } = globalThis as { BarcodeDetector?: DetectorClass };
  // Some browsers have the class, but nothing behind it.
  const formats = await Own?.getSupportedFormats().catch((): readonly string[] => []);
  return Own && formats?.includes('qr_code') ? new Own({ formats: ['qr_code'] }) : undefined;
}

/** Rejects if the decoder did not load, or may not run. */
export async function openDetector(): Promise<Detector> {
  return (await ownDetector()) ?? (await import('./decoder.ts')).openDecoder();
}

/**
 * Whether the document has to be loaded again before codes can be read: only the policy of this page's own address allows
 * the decoder, and a page reached by a link within the pages has the policy of the page at which it began.
 */
export async function needsReload(): Promise<boolean> {
  const isOwnDocument = /^\/organize\/events\/\d+\/check-in\/?$/.test(loadedPath);
  return !isOwnDocument && (await ownDetector()) === undefined;
}
