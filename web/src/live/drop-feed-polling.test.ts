import { answer } from '../../testing/api.ts';
import { aDrop, aState, noEntry } from '../../testing/things.ts';
import { passTime, stopTime } from '../../testing/time.ts';
import { DropFeed } from './drop-feed.ts';

jest.mock('./socket.ts', () => jest.requireActual('../../testing/socket.ts'));

const started: DropFeed[] = [];
function start(signedIn = true): DropFeed {
  const feed = new DropFeed(1, signedIn);
  started.push(feed);
  feed.start();
  return feed;
}
afterEach(() => {
  for (const feed of started.splice(0)) feed.stop();
});

beforeEach(() => {
  stopTime();
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
  await passTime(3_200);
  expect(asked.count).toBe(1);
  for (let time = 0; time < 8; time += 1) {
    document.dispatchEvent(new Event('visibilitychange'));
    await passTime(50);
  }
  await passTime(60_000);
  expect(most).toBe(1);
});
