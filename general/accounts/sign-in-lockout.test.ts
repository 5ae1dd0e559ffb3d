import { scryptSync } from 'node:crypto';
import { solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import request from 'supertest';
import type { KeyList } from '../../shared/auth/key-list.ts';
import { randomKeys } from '../../testing/keys.ts';
import { startGeneral, type TestGeneral } from '../../testing/general/start-general.ts';
import { ProofOfWork } from './proof-of-work.ts';

let general: TestGeneral;
beforeAll(async () => void (general = await startGeneral()));
afterAll(() => general.stop());
afterEach(() => general.assertQuiet());

const password = 'correct horse battery';
type Challenge = Awaited<ReturnType<ProofOfWork['challenge']>>;
type From = { address: string; cookie?: string | undefined; proof?: object };

const signIn = (email: string, word: string, { address, cookie, proof }: From) => {
  const sent = request(general.app).post('/api/auth/signin').set('X-Forwarded-For', address);
  if (cookie !== undefined) void sent.set('Cookie', cookie);
  return sent.send({ email, password: word, ...(proof && { proof }) });
};

async function solve(challenge: Challenge) {
  const solution = await solveChallenge({ challenge, deriveKey });
  return { challenge, solution: solution! };
}

const cookieOf = (answer: request.Response, name: string) =>
  (answer.headers['set-cookie'] as unknown as string[] | undefined)
    ?.find((cookie) => cookie.startsWith(`${name}=`))
    ?.split(';')[0];

/** A cheap hash of the password, since many are compared here. */
const quickHash = [
  'scrypt',
  16,
  1,
  1,
  'c2FsdA',
  scryptSync(password, 'salt', 32, { N: 16, r: 1, p: 1 }).toString('base64url'),
].join('$');

async function signUp(email: string) {
  const body = { email, password, name: 'Ona' };
  const answer = await request(general.app).post('/api/auth/signup').send(body).expect(201);
  await general.db('users').where({ email }).update({ password_hash: quickHash });
  return cookieOf(answer, 'device')!;
}

/** Guesses passwords from many addresses, like an attacker who wants to lock the user out. */
async function guess(email: string, count: number): Promise<request.Response[]> {
  const addresses = Array.from({ length: count }, (_, index) => `198.51.100.${index % 250}`);
  return Promise.all(addresses.map((address) => signIn(email, 'a wild guess', { address })));
}

test('a hundred wrong passwords of others: the owner’s device gets in at once, another one after some work', async () => {
  const email = 'ona@example.org';
  const device = await signUp(email);
  const guesses = await guess(email, 101);
  expect(guesses.filter(({ status }) => status === 401)).toHaveLength(100);

  await signIn(email, password, { address: '203.0.113.1', cookie: device }).expect(200);

  const asked = await signIn(email, password, { address: '203.0.113.1' }).expect(429);
  expect(asked.body).toMatchObject({ code: 'proof_required', challenge: { signature: expect.any(String) } });
  const proof = await solve((asked.body as { challenge: Challenge }).challenge);
  const answer = await signIn(email, password, { address: '203.0.113.1', proof }).expect(200);
  // From now on that device is known too.
  const second = cookieOf(answer, 'device')!;
  await signIn(email, password, { address: '203.0.113.2', cookie: second }).expect(200);
});

test('a proof is for one attempt and one e-mail address', async () => {
  for (const email of ['pia@example.org', 'pio@example.org']) {
    await signUp(email);
    await Promise.all(
      Array.from({ length: 10 }, () => signIn(email, 'a wild guess', { address: '192.0.2.7' }).expect(401)),
    );
  }
  const asked = await signIn('pia@example.org', password, { address: '192.0.2.7' }).expect(429);
  const proof = await solve((asked.body as { challenge: Challenge }).challenge);
  const from = { address: '192.0.2.7', proof };
  const other = await signIn('pio@example.org', password, from).expect(429);
  expect(other.body).toMatchObject({ code: 'proof_required' });
  // A wrong password also uses up the proof; otherwise one proof would allow any number of guesses.
  await signIn('pia@example.org', 'another guess', from).expect(401);
  const again = await signIn('pia@example.org', password, from).expect(429);
  expect(again.body).toMatchObject({ code: 'proof_required' });
});

test('a device has a count of its own, and is known only for the accounts that signed in there', async () => {
  const [own, other] = [await signUp('quinn@example.org'), await signUp('quentin@example.org')];
  const from = (cookie: string) => ({ address: '192.0.2.8', cookie });
  const guesses = await Promise.all(
    Array.from({ length: 11 }, () => signIn('quinn@example.org', 'a wild guess', from(own))),
  );
  expect(guesses.filter(({ status }) => status === 401)).toHaveLength(10);
  await signIn('quinn@example.org', password, from(own)).expect(429);
  // Guesses from a device that does not know the account are counted with those of unknown devices.
  const answers = await Promise.all(
    Array.from({ length: 11 }, () => signIn('quinn@example.org', 'a wild guess', from(other))),
  );
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(1);
  // A device may know two accounts, as in a family.
  const both = cookieOf(await signIn('quentin@example.org', password, from(own)).expect(200), 'device')!;
  await guess('quentin@example.org', 101);
  await signIn('quentin@example.org', password, { address: '203.0.113.9', cookie: both }).expect(200);
  const forged = `${both.slice(0, -4)}AAAA`;
  await signIn('quentin@example.org', password, { address: '203.0.113.9', cookie: forged }).expect(429);
});

test('the cookie that names a device is out of reach of scripts and opens nothing', async () => {
  const body = { email: 'rae@example.org', password, name: 'Rae' };
  const answer = await request(general.app).post('/api/auth/signup').send(body).expect(201);
  const cookies = answer.headers['set-cookie'] as unknown as string[];
  const device = cookies.find((cookie) => cookie.startsWith('device='))!;
  expect(device).toMatch(/; Path=\/api\/auth; .*HttpOnly; SameSite=Lax$/);
  const token = device.split(';')[0]!.slice('device='.length);
  await request(general.app).get('/api/auth/me').set('Authorization', `Bearer ${token}`).expect(401);
  await request(general.app).get('/api/auth/me').set('Cookie', `session=${token}`).expect(401);
  // And a session token is not accepted as a device.
  const session = cookieOf(answer, 'session')!.slice('session='.length);
  await general.db('users').where({ email: 'rae@example.org' }).update({ password_hash: quickHash });
  await guess('rae@example.org', 101);
  const asked = await signIn('rae@example.org', password, {
    address: '203.0.113.3',
    cookie: `device=${session}`,
  });
  expect(asked.status).toBe(429);
});

describe('a proof', () => {
  const about = { purpose: 'sign-in', email: 'a@example.org' } as const;
  const spent = new Set<string>();
  const proofs = () =>
    new ProofOfWork(general.deps.sessionKeys, (id) =>
      Promise.resolve(!spent.has(id) && Boolean(spent.add(id))),
    );

  test('counts once, over all processes', async () => {
    const proof = await solve(await proofs().challenge(about, 1));
    const shared = new ProofOfWork(general.deps.sessionKeys, general.deps.spendOnce);
    const elsewhere = new ProofOfWork(general.deps.sessionKeys, general.deps.spendOnce);
    const taken = await Promise.all([shared, elsewhere].map((each) => each.accepts(proof, about, 1)));
    expect(taken.filter(Boolean)).toHaveLength(1);
  });

  test('is too old after five minutes', async () => {
    const ago = (seconds: number) => proofs().challenge(about, 1, Date.now() - seconds * 1000);
    expect(await proofs().accepts(await solve(await ago(305)), about, 1)).toBe(false);
    expect(await proofs().accepts(await solve(await ago(200)), about, 1)).toBe(true);
  });

  test('passes with whichever of our keys its challenge was made, and with no other', async () => {
    const [old] = general.deps.sessionKeys;
    const [added] = randomKeys();
    const accepts = async (keys: KeyList, by: KeyList) => {
      const { spendOnce } = general.deps;
      const challenge = await new ProofOfWork(by, spendOnce).challenge(about, 1);
      return new ProofOfWork(keys, spendOnce).accepts(await solve(challenge), about, 1);
    };
    // During a rotation of the session keys (docs/operations.md).
    expect(await accepts([old], [old, added])).toBe(true);
    expect(await accepts([old, added], [added, old])).toBe(true);
    expect(await accepts([added, old], [old, added])).toBe(true);
    expect(await accepts([added], [old])).toBe(false);
  });

  test('does not pass with other work than was asked for', async () => {
    const { challenge, solution } = await solve(await proofs().challenge(about, 1));
    const { parameters, signature } = challenge;
    expect(await proofs().accepts({ challenge, solution }, about, 8)).toBe(false);
    const heavier = { ...parameters, data: { ...parameters.data, weight: 8 } };
    expect(
      await proofs().accepts({ challenge: { parameters: heavier, signature }, solution }, about, 8),
    ).toBe(false);
    const guessed = { ...solution, derivedKey: parameters.keyPrefix.padEnd(64, '0') };
    expect(await proofs().accepts({ challenge, solution: guessed }, about, 1)).toBe(false);
    expect(await proofs().accepts({ challenge, solution }, about, 4)).toBe(true);
  });
});
