import { act } from '@testing-library/react';
import { answer } from '../../testing/api.ts';
import { aDrop, aState, noEntry } from '../../testing/things.ts';
import { DropFeed } from './drop-feed.ts';

jest.mock('./socket.ts', () => jest.requireActual('../../testing/socket.ts'));

const started: DropFeed[] = [];
function start(signedIn = true): DropFeed {
  const feed = new DropFeed(1, signedIn, () => {});
  started.push(feed);
  feed.start();
  return feed;
}
afterEach(() => {
  for (const feed of started.splice(0)) feed.stop();
});

/** Lets time pass, with all that is answered meanwhile. */
const pass = (ms: number) => act(() => jest.advanceTimersByTimeAsync(ms));

beforeEach(() => {
  jest.useFakeTimers({ advanceTimers: true, doNotFake: ['queueMicrotask', 'nextTick', 'setImmediate'] });
});

test('however often a tab is shown again, it asks in one chain', async () => {
  let underWay = 0;
  let most = 0;
  const asked = answer('get', '/drops/1', async () => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise((resolve) => setTimeout(resolve, 500));
    underWay -= 1;
    return aDrop();
  });
  answer('get', '/drops/1/entry', noEntry);
  answer('get', '/drops/1/seats', { drop: aState(), rows: ['......', '......'] });
  start();
  await pass(3_200);
  expect(asked.count).toBe(1);
  for (let time = 0; time < 8; time += 1) {
    document.dispatchEvent(new Event('visibilitychange'));
    await pass(50);
  }
  await pass(60_000);
  expect(most).toBe(1);
});
