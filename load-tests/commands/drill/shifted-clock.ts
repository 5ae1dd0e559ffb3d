/**
 * Loaded before a tier (`node --import`) whose clock a drill sets wrong while it runs: the milliseconds to add stand in
 * the file that DRILL_CLOCK names. Timers are left alone, as they would be by a wrong wall clock.
 */
import { readFileSync } from 'node:fs';

const file = process.env['DRILL_CLOCK'];
const RealDate = Date;
const realNow = Date.now.bind(Date);
let offset = 0;

function readOffset(): void {
  try {
    offset = Number(readFileSync(file ?? '', 'utf8')) || 0;
  } catch {
    offset = 0; // the clock is right
  }
}

if (file !== undefined) {
  readOffset();
  setInterval(readOffset, 250).unref();
  RealDate.now = () => realNow() + offset;
  globalThis.Date = new Proxy(RealDate, {
    construct: (real, args: unknown[], newTarget) =>
      Reflect.construct(real, args.length === 0 ? [realNow() + offset] : args, newTarget) as object,
  });
}
