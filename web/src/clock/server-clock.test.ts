import { ServerClock } from './server-clock.ts';

/** A clock whose monotonic timer and wall clock the test sets by hand. */
function onDevice(timer: number, device: number) {
  const hands = { timer, device };
  const clock = new ServerClock(
    () => hands.timer,
    () => hands.device,
  );
  const pass = (ms: number) => {
    hands.timer += ms;
    hands.device += ms;
  };
  const iso = (ms: number) => new Date(ms).toISOString();
  /** A request with this round trip, whose answer was written half-way. */
  const ask = (serverTime: number, roundTrip: number) => {
    const sentAt = hands.timer;
    pass(roundTrip);
    clock.learn(iso(serverTime), { sentAt, receivedAt: hands.timer });
  };
  return { clock, hands, pass, ask };
}

const noon = Date.parse('2030-01-01T12:00:00Z');

test('the device is believed only until the server has said something', () => {
  const { clock, ask } = onDevice(1_000, noon + 600_000);
  expect(clock.now()).toBe(noon + 600_000);
  expect(clock.uncertainty()).toBeUndefined();
  ask(noon, 80);
  expect(clock.now()).toBe(noon + 40);
  expect(clock.uncertainty()).toBe(40);
  expect(clock.deviceError()).toBe(600_040);
});

test('the answer that came fastest counts, as it says it best', () => {
  const { clock, ask, pass } = onDevice(0, noon);
  ask(noon + 20, 40);
  pass(1_000);
  ask(noon + 5_000, 900);
  expect(clock.uncertainty()).toBe(20);
  expect(clock.now()).toBe(noon + 1_940);
});

test('setting the clock of the device changes nothing', () => {
  const { clock, hands, ask, pass } = onDevice(0, noon);
  ask(noon + 10, 20);
  hands.device -= 3_600_000;
  pass(500);
  expect(clock.now()).toBe(noon + 520);
});

test('after sleep, when the timer may have stood still, what comes next is believed at once', () => {
  const { clock, hands, ask, pass } = onDevice(0, noon);
  ask(noon + 10, 20);
  hands.device += 7_200_000;
  expect(clock.sleptOrWasSet()).toBe(true);
  pass(100);
  ask(noon + 7_200_500, 400);
  expect(clock.now()).toBe(noon + 7_200_700);
});

test('a time that is none is not learned', () => {
  const { clock } = onDevice(0, noon);
  clock.learn('soon', { sentAt: 0, receivedAt: 1 });
  expect(clock.uncertainty()).toBeUndefined();
});
