/**
 * Preloaded into a tier (`node --import`) so that a drill can shift its clock while it runs: the file that DRILL_CLOCK
 * names has the milliseconds to add. Timers are not affected, just as a wrong wall clock would not affect them.
 */
import { readFileSync } from 'node:fs';

const file = process.env['DRILL_CLOCK'];
const RealDate = Date;
const realNow = Date.now.bind(Date);
let offsetMs = 0;

function readOffset(): void {
  try {
    offsetMs = Number(readFileSync(file ?? '', 'utf8')) || 0;
  } catch {
    offsetMs = 0; // no file: the clock is right
  }
}

if (file !== undefined) {
  readOffset();
  setInterval(readOffset, 250).unref();
  RealDate.now = () => realNow() + offsetMs;
  globalThis.Date = new Proxy(RealDate, {
    construct: (real, args: unknown[], newTarget) =>
      Reflect.construct(real, args.length === 0 ? [realNow() + offsetMs] : args, newTarget) as object,
  });
}
