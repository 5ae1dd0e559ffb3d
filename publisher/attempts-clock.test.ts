import { Attempts } from './attempts.ts';

afterEach(() => jest.restoreAllMocks());

test('setting the server’s clock an hour on gives nobody new attempts, an hour back takes none away', () => {
  const attempts = new Attempts({ limit: 2, windowMs: 600_000 });
  const clock = jest.spyOn(Date, 'now');
  expect([attempts.take(7), attempts.take(7), attempts.take(7)]).toEqual([true, true, false]);
  clock.mockReturnValue(Date.now() + 3_600_000);
  expect(attempts.take(7)).toBe(false);

  const short = new Attempts({ limit: 1, windowMs: 1 });
  expect(short.take(7)).toBe(true);
  clock.mockReturnValue(Date.now() - 7_200_000);
  const since = performance.now();
  while (performance.now() < since + 3);
  expect(short.take(7)).toBe(true);
});
