import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { startSandbox } from './start-sandbox.ts';

test('a lost answer: the charge is made, and asking again tells', async () => {
  const sandbox = await startSandbox();
  try {
    await expect(sandbox.charge('hold-1', 'tok_lost')).rejects.toThrow();
    expect((await sandbox.byKey('hold-1')).body['status']).toBe('approved');
    expect((await sandbox.charge('hold-1', 'tok_lost')).body['status']).toBe('approved');
  } finally {
    await sandbox.stop();
  }
});

test('a late charge is pending until it is approved', async () => {
  const sandbox = await startSandbox({ lateMs: 300 });
  try {
    const answer = sandbox.charge('hold-1', 'tok_late');
    let seen = await sandbox.byKey('hold-1');
    while (seen.status === 404) seen = await sandbox.byKey('hold-1');
    expect(seen.body['status']).toBe('pending');
    expect((await answer).body['status']).toBe('approved');
  } finally {
    await sandbox.stop();
  }
});

test('a file of an earlier version is read, and its charges get secrets', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'sandbox-'));
  try {
    const file = join(dir, 'books.sqlite');
    const earlier = new DatabaseSync(file);
    earlier.exec(`
      CREATE TABLE charges (key TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, status TEXT NOT NULL, amount INTEGER NOT NULL,
        currency TEXT NOT NULL, reason TEXT, metadata TEXT NOT NULL, due_at INTEGER, refund_id TEXT) STRICT;
      INSERT INTO charges VALUES ('hold-1', 'ch_1', 'declined', 4500, 'EUR', 'card_declined', 'null', NULL, NULL);
      INSERT INTO charges VALUES ('hold-2', 'ch_2', 'pending', 4500, 'EUR', NULL, 'null', 1, NULL);
    `);
    earlier.close();
    const sandbox = await startSandbox({ file });
    try {
      await sandbox.eventsReceived(1);
      const [first, second] = [await sandbox.byKey('hold-1'), await sandbox.byKey('hold-2')];
      expect(first.body).toMatchObject({ status: 'declined', secret: expect.stringMatching(/^cs_\w{48}$/) });
      expect(second.body['status']).toBe('approved');
      expect(second.body['secret']).not.toBe(first.body['secret']);
      // A declined charge of that version is over.
      expect((await sandbox.charge('hold-1', 'tok_approved')).body['status']).toBe('declined');
      expect(await sandbox.cancel('hold-1')).toMatchObject({ status: 200, body: { status: 'declined' } });
    } finally {
      await sandbox.stop();
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('a late charge survives a restart and still comes', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'sandbox-'));
  try {
    const before = await startSandbox({ file: join(dir, 'books.sqlite'), lateMs: 300 });
    const cut = before.charge('hold-1', 'tok_late').catch(() => 'cut');
    while ((await before.byKey('hold-1')).status === 404);
    await before.stop();
    expect(await cut).toBe('cut');

    const after = await startSandbox({ file: join(dir, 'books.sqlite') });
    try {
      const [webhook] = await after.eventsReceived(1);
      expect(webhook).toMatchObject({ type: 'charge.approved', key: 'hold-1' });
      expect((await after.byKey('hold-1')).body['status']).toBe('approved');
    } finally {
      await after.stop();
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
});

describe('cancel', () => {
  let sandbox: Awaited<ReturnType<typeof startSandbox>>;
  beforeEach(async () => {
    sandbox = await startSandbox();
  });
  afterEach(() => sandbox.stop());

  test('bars a key no charge has come for yet', async () => {
    expect(await sandbox.cancel('hold-1')).toMatchObject({ status: 200, body: { status: 'canceled' } });
    expect((await sandbox.charge('hold-1', 'tok_approved')).body['status']).toBe('canceled');
    expect(sandbox.received).toEqual([]);
  });

  test('stops a pending charge for good', async () => {
    const answer = sandbox.charge('hold-1', 'tok_late');
    while ((await sandbox.byKey('hold-1')).status === 404);
    expect((await sandbox.cancel('hold-1')).body['status']).toBe('canceled');
    expect((await answer).body['status']).toBe('canceled');
    expect((await sandbox.cancel('hold-1')).status).toBe(200);
  });

  test('comes too late for an approved charge and says so', async () => {
    await sandbox.charge('hold-1', 'tok_approved');
    expect(await sandbox.cancel('hold-1')).toMatchObject({ status: 409, body: { status: 'approved' } });
  });

  test('ends a challenge, whose answer then has no effect', async () => {
    const { body } = await sandbox.charge('hold-1', 'tok_challenge');
    expect((await sandbox.cancel('hold-1')).body['status']).toBe('canceled');
    expect(await sandbox.answerChallenge(body['secret'], true)).toMatchObject({
      status: 200,
      body: { status: 'canceled' },
    });
  });
});
