/** Reads QR codes in browsers without a detector of their own, such as those of iPhones. Loaded with the first use. */
import { BarcodeDetector, prepareZXingModule } from 'barcode-detector/ponyfill';
import wasm from 'zxing-wasm/reader/zxing_reader.wasm?url';

/** Rejects if the decoder cannot be loaded or run. */
export async function openDecoder(): Promise<BarcodeDetector> {
  // From our own origin, and not the library's default, which is a public network of copies.
  await prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true });
  return new BarcodeDetector({ formats: ['qr_code'] });
}
