import * as fc from 'fast-check';
import { Attempts } from './attempts.ts';

test('as often as the limit, and again when the window is over', () => {
  const attempts = new Attempts({ limit: 3, windowMs: 1_000 });
  const at = (now: number) => attempts.take(7, now);
  expect([at(0), at(10), at(20), at(30), at(999)]).toEqual([true, true, true, false, false]);
  // Attempts of the last window count through the next one.
  expect(at(1_500)).toBe(false);
  expect(at(5_000)).toBe(true);
});

test('each buyer counts alone', () => {
  const attempts = new Attempts({ limit: 1, windowMs: 1_000 });
  expect([attempts.take(1, 0), attempts.take(2, 0), attempts.take(1, 1)]).toEqual([true, true, false]);
});

test('no window of time lets more through than the limit, and who waits two windows is always let through', () => {
  const limit = 4;
  const windowMs = 100;
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 80 }), (pauses) => {
      const attempts = new Attempts({ limit, windowMs });
      const passed: number[] = [];
      let now = 0;
      for (const pause of pauses) {
        now += pause;
        if (attempts.take(7, now)) passed.push(now);
      }
      for (const [index, since] of passed.entries()) {
        const within = passed.slice(index).filter((time) => time < since + windowMs).length;
        expect(within).toBeLessThanOrEqual(limit);
      }
      expect(attempts.take(7, now + 2 * windowMs)).toBe(true);
    }),
  );
});

test('who waits as long as is said is let through, and not a moment before', () => {
  const limit = 3;
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 4, maxLength: 30 }), (pauses) => {
      const attempts = () => new Attempts({ limit, windowMs: 100 });
      const [waits, hurries] = [attempts(), attempts()];
      let now = 0;
      for (const pause of pauses) {
        now += pause;
        hurries.take(7, now);
        if (waits.take(7, now)) continue;
        const msLeft = waits.msUntilNext(7, now);
        expect(msLeft).toBeLessThanOrEqual(200);
        expect(hurries.take(7, now + msLeft - 1)).toBe(false);
        expect(waits.take(7, now + msLeft)).toBe(true);
        return;
      }
    }),
  );
});
