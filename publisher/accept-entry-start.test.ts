import { signSession } from '../shared/auth/session.ts';
import { randomKeys } from '../testing/keys.ts';
import { createAcceptEntry } from './accept-entry.ts';
import { Attempts } from './attempts.ts';
import type { Batcher } from './batcher.ts';

test('an entry is asked to come again, not told that its drop does not exist', async () => {
  const sessionKeys = randomKeys();
  let loaded = false;
  const stop = async () => {};
  const accept = createAcceptEntry({
    sessionKeys,
    bannedUsers: { refusal: () => undefined, loaded: () => true },
    openDrops: {
      get: () => undefined,
      list: () => [],
      isSoldOut: () => false,
      isLost: () => false,
      loaded: () => loaded,
      stop,
    },
    lapsedBuyers: { msLeft: () => 0 },
    attempts: new Attempts({ limit: 10, windowMs: 10_000 }),
    batcher: {} as Batcher,
  });
  const authorization = `Bearer ${signSession({ userId: 7, role: 'shopper' }, sessionKeys)}`;
  const enter = () => accept({ dropId: 1, headers: { authorization }, body: {} });

  await expect(enter()).rejects.toMatchObject({ code: 'unavailable', options: { retryAfter: 1 } });
  loaded = true;
  await expect(enter()).rejects.toMatchObject({ code: 'not_found' });
});
