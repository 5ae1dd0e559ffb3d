import { answer, noLine, problem } from '../../testing/api.ts';
import { ask, Refusal, Unreachable } from '../api/http.ts';
import { createQueryClient } from '../api/queries.ts';
import { sendEntry, type Waiting } from './send-entry.ts';

const entry = { questionId: 1, answer: 'Cello', quantity: 2 };
const queued = () => Response.json({ status: 'queued' }, { status: 202 });

/** The real one: requests need it. */
const setRealTimeout = setTimeout;

beforeEach(() => {
  // Only the pauses are faked.
  jest.useFakeTimers({ doNotFake: ['performance', 'queueMicrotask', 'nextTick', 'Date'] });
});
afterEach(() => jest.useRealTimers());

/** Sends an entry, with all pauses skipped. Returns the error, if any, and why it waited each time. */
async function send(): Promise<{ error: unknown; why: Waiting['why'][] }> {
  const why: Waiting['why'][] = [];
  const outcomes: unknown[] = [];
  sendEntry(1, entry, new AbortController().signal, (waiting) => waiting && why.push(waiting.why)).then(
    () => outcomes.push(undefined),
    (error: unknown) => outcomes.push(error),
  );
  while (outcomes.length === 0) {
    await new Promise((resolve) => setRealTimeout(resolve, 1));
    // Shorter than the timeout of a request.
    await jest.advanceTimersByTimeAsync(500);
  }
  return { error: outcomes[0], why };
}

test.each([
  ['the front door counts all who share an address', () => problem(429, 'too_many_requests', {}, 1), 'line'],
  ['the system is busy', () => problem(503, 'unavailable', {}, 1), 'busy'],
])('while %s, the entry is sent until it is in', async (_, refusal, why) => {
  const asked = answer('post', '/drops/1/entries', ({ count }) => (count <= 40 ? refusal() : queued()));
  expect(await send()).toEqual({ error: undefined, why: Array.from({ length: 40 }, () => why) });
  expect(asked.count).toBe(41);
});

test.each([
  [
    'the buyer alone tried too often',
    () => problem(429, 'too_many_requests', { retryAt: '2100-01-01T00:00:00Z' }, 1),
    'throttled',
    Refusal,
  ],
  ['there is no line', noLine, 'no_line', Unreachable],
])('while %s, it is not sent for ever', async (_, refusal, why, fault) => {
  const asked = answer('post', '/drops/1/entries', ({ count }) =>
    // Refusals that other people cause do not count as tries.
    count % 3 === 0 ? problem(429, 'too_many_requests', {}, 1) : refusal(),
  );
  const { error, why: waited } = await send();
  expect(error).toBeInstanceOf(fault);
  expect(waited.filter((each) => each === why)).toHaveLength(11);
  expect(asked.count).toBeLessThan(20);
});

test('what a page reads comes as well, however long the line is', async () => {
  jest.useRealTimers();
  const asked = answer('get', '/orders/1', ({ count }) =>
    count <= 20 ? problem(429, 'too_many_requests', {}, 0) : { id: '1' },
  );
  const client = createQueryClient();
  const read = client.fetchQuery({
    queryKey: ['read'],
    queryFn: async () => (await ask('GET', '/orders/1')).data,
    // Retries as every query of a page does: without this, a prefetch is tried once.
    retry: client.getDefaultOptions().queries!.retry!,
  });
  expect(await read).toEqual({ id: '1' });
  expect(asked.count).toBe(21);
  client.clear();
});
