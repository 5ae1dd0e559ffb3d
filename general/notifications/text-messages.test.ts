import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import request from 'supertest';
import { startMoto } from '../../local/tools/moto.ts';
import { noInventory } from '../../testing/no-inventory.ts';
import { insertDrop, insertEvent } from '../../testing/insert-drop.ts';
import { startGeneral, type TestGeneral, type TestUser } from '../../testing/general/start-general.ts';
import { notify, type News } from './notify.ts';
import { relay } from './relay.ts';
import { createSmsPort, safeTitle } from './sms-port.ts';
import type { Sms, SmsProvider } from './sms-route.ts';
import { createSnsSms } from './sns-sms.ts';
import { chooseSmsProvider, smsSettings } from './choose-sms.ts';
import { createTwilioSms } from './twilio-sms.ts';

let general: TestGeneral;
let user: TestUser;
let sent: Sms[] = [];
beforeAll(async () => {
  general = await startGeneral();
});
afterAll(() => general.stop());
beforeEach(async () => {
  sent = [];
  await general.db('outbox').delete();
  await general.db('phone_codes').delete();
  user = await general.user();
});

const collect: SmsProvider = {
  send: async (sms) => void sent.push(await Promise.resolve(sms)),
  close: () => {},
};
const portOf = (provider: SmsProvider) =>
  createSmsPort({ ...general.deps, timeZone: 'UTC', inventory: noInventory, provider });
const send = () => relay(general.deps, portOf(collect));
const call = (method: 'get' | 'put' | 'post' | 'delete', path: string, by = user) =>
  request(general.app)[method](`/api/me/${path}`).set(by.bearer);
const pointer = ({ body }: request.Response) =>
  (body as { errors?: { pointer: string; code: string }[] }).errors?.map((each) => [each.pointer, each.code]);
const number = '+43 664 1234567';
const e164 = '+436641234567';
const later = (seconds: number) =>
  general.db('phone_codes').update({
    created_at: general.db.raw('created_at - interval ? second', [seconds]),
  });

async function codeFor(by = user): Promise<string> {
  await call('put', 'phone', by).send({ number }).expect(204);
  await send();
  return /\d{6}/.exec(sent.at(-1)?.text ?? '')?.[0] ?? '';
}
const wrongOf = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');
const confirm = (code: string, by = user) => call('post', 'phone/confirm', by).send({ code });

test('a number gets news only after its code, which works once, is nowhere in the database, and is of its user', async () => {
  const code = await codeFor();
  expect(sent).toMatchObject([{ to: e164 }]);
  expect(JSON.stringify(await general.db('phone_codes'))).not.toContain(code);
  expect(JSON.stringify(await general.db('outbox'))).not.toContain(code);
  expect((await call('get', 'notifications')).body).toMatchObject({
    phone: { number: e164, confirmed: false },
  });
  expect(pointer(await confirm(code, await general.user()).expect(422))).toEqual([['/code', 'code_wrong']]);
  await confirm(code).expect(204);
  expect((await call('get', 'notifications')).body).toMatchObject({
    phone: { number: e164, confirmed: true },
  });
  await confirm(code).expect(422);
  await call('delete', 'phone').expect(204);
  expect((await call('get', 'notifications')).body).toMatchObject({ phone: null });
});

test('a code is worth nothing after five guesses, ten minutes, or a newer code', async () => {
  const first = await codeFor();
  for (let guess = 0; guess < 5; guess += 1) await confirm(wrongOf(first)).expect(422);
  await confirm(first).expect(422);
  await later(61);
  const second = await codeFor();
  await later(601);
  await confirm(second).expect(422);
  const third = await codeFor();
  await later(61);
  const fourth = await codeFor();
  if (third !== fourth) await confirm(third).expect(422);
  await confirm(fourth).expect(204);
  expect(await general.db('phone_codes').whereNull('ended_at')).toHaveLength(1);
  for (const bad of ['12345', '1234567', '', 'abcdef', 123456, null])
    await call('post', 'phone/confirm').send({ code: bad }).expect(422);
});

test('codes are sent once a minute and five times a day, by user and by number, also at once', async () => {
  const all = await Promise.all(Array.from({ length: 8 }, () => call('put', 'phone').send({ number })));
  expect(all.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
    204, 429, 429, 429, 429, 429, 429, 429,
  ]);
  const refused = all.find(({ status }) => status === 429);
  expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(50);
  const other = await general.user();
  await call('put', 'phone', other).send({ number }).expect(429);
  for (let sends = 1; sends < 5; sends += 1) {
    await later(61);
    await call('put', 'phone', sends % 2 ? other : user)
      .send({ number })
      .expect(204);
  }
  await later(61);
  await call('put', 'phone', await general.user())
    .send({ number })
    .expect(429);
  // Only the latest code of each user is still sent.
  await send();
  expect(sent).toHaveLength(2);
});

test('only numbers of mobile phones are taken', async () => {
  const bad = ['0664 1234567', '+999', '+49 900 123456', '+4312345', 'x', '+43 664 1234567\r\nBcc: a', '+44'];
  for (const typed of bad)
    expect(pointer(await call('put', 'phone').send({ number: typed }).expect(422))).toEqual([
      ['/number', 'not_a_mobile_number'],
    ]);
  expect(await general.db('phone_codes')).toEqual([]);
});

test('unknown kinds and channels, and what cannot be switched off, are refused, and nothing is changed', async () => {
  const put = (choices: unknown) => call('put', 'notifications').send({ choices });
  const good = { kind: 'promoted', channel: 'email', on: false };
  for (const [bad, at] of [
    [{ kind: 'weather', channel: 'email', on: true }, '/choices/1/kind'],
    [{ kind: 'promoted', channel: 'fax', on: true }, '/choices/1/channel'],
    [{ kind: 'promoted', channel: 'push', on: true }, '/choices/1'],
    [{ kind: 'order-paid', channel: 'sms', on: true }, '/choices/1'],
    [{ kind: 'order-paid', channel: 'email', on: false }, '/choices/1'],
    [{ kind: 'payment-trouble', channel: 'email', on: false }, '/choices/1'],
    [{ kind: 'promoted', channel: 'email', on: 'yes' }, '/choices/1/on'],
  ])
    expect(pointer(await put([good, bad]).expect(422))?.[0]?.[0]).toBe(at);
  expect(await general.db('notification_choices').where({ user_id: user.userId })).toEqual([]);
  const { body } = await put([good, { ...good, channel: 'sms', on: true }, good]).expect(200);
  const { kinds } = body as { kinds: { kind: string; channels: object[] }[] };
  expect(kinds.find(({ kind }) => kind === 'promoted')?.channels).toEqual([
    { channel: 'email', on: false, fixed: false },
    { channel: 'sms', on: true, fixed: false },
  ]);
});

async function newsFor(title: string, locale: 'en' | 'zh-Hant' = 'en'): Promise<News> {
  await general.db('users').where({ id: user.userId }).update({ locale });
  const eventId = await insertEvent(general.db);
  await general.db('events').where({ id: eventId }).update({ title });
  const at = Date.now() + 14.5 * 60_000;
  const { id: dropId } = await insertDrop(general.db, eventId, { opensAt: at });
  return { topic: 'sale-opens', payload: { userId: user.userId, dropId, key: `${dropId}.1`, at } };
}

test('the text is short, in the language of its user, with our link alone', async () => {
  await confirm(await codeFor()).expect(204);
  sent = [];
  const news = [
    await newsFor('Win! https://evil.test/x evil.example\n\u202eNight'),
    await newsFor('夜', 'zh-Hant'),
  ];
  await notify(general.db, news);
  await notify(general.db, news);
  await general.db('users').where({ id: user.userId }).update({ locale: 'en' });
  await send();
  expect(sent.map(({ text: body }) => body)).toEqual([
    `Seatdrop: the sale for Win! Night opens in 14 minutes. http://127.0.0.1:8080/drops/${news[0]?.payload.dropId}`,
    `Seatdrop: the sale for 夜 opens in 14 minutes. http://127.0.0.1:8080/drops/${news[1]?.payload.dropId}`,
  ]);
  expect(safeTitle('www.a.test bit.ly/x 中文.公司 <b>')).toBe('<b>');
  expect(safeTitle('x'.repeat(60))).toBe(`${'x'.repeat(39)}…`);
  // Without a number there is no row.
  await call('delete', 'phone').expect(204);
  await notify(general.db, [await newsFor('Later')]);
  await send();
  expect(sent).toHaveLength(2);
});

test('Amazon SNS takes the message, and one that it refuses is tried again', async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
  const moto = await startMoto();
  const provider = createSnsSms({ region: 'eu-central-1', endpoint: moto.url });
  try {
    await provider.send({ id: 'a', to: e164, text: 'Hello' });
    await call('put', 'phone').send({ number }).expect(204);
    await general.db('phone_codes').update({ number: '0' });
    await expect(relay(general.deps, portOf(provider))).rejects.toThrow('nothing of this group');
    expect(await general.db('outbox').whereNull('sent_at')).toHaveLength(1);
    await general.db('phone_codes').update({ number: e164 });
    await general.db('outbox').update({ due_at: new Date(0) });
    await relay(general.deps, portOf(provider));
    expect(await general.db('outbox').whereNull('sent_at')).toEqual([]);
  } finally {
    provider.close();
    await moto.stop();
  }
});

/** As documented: basic authentication, a form, 201 with the message or an error with a code. */
async function twilio(account: { sid: string; token: string }) {
  const taken: Record<string, string>[] = [];
  const answer = async (req: IncomingMessage): Promise<[number, object]> => {
    const basic = `Basic ${Buffer.from(`${account.sid}:${account.token}`).toString('base64')}`;
    const form = Object.fromEntries(new URLSearchParams(await text(req)));
    if (req.headers.authorization !== basic) return [401, { code: 20003, message: 'Authenticate' }];
    if (req.method !== 'POST' || req.url !== `/2010-04-01/Accounts/${account.sid}/Messages.json`)
      return [404, { code: 20404 }];
    if (req.headers['content-type'] !== 'application/x-www-form-urlencoded') return [400, { code: 1 }];
    if (!form['Body'] || !(form['From'] ?? form['MessagingServiceSid'])) return [400, { code: 21603 }];
    if (!/^\+\d{8,15}$/.test(form['To'] ?? '')) return [400, { code: 21211, message: `'To' ${form['To']}` }];
    taken.push(form);
    return [201, { sid: 'SM0', status: 'queued' }];
  };
  const server = createServer((req, res) => {
    void answer(req).then(([status, body]) =>
      res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { taken, server, apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test('Twilio gets what it documents, and its refusals are failures without the number in them', async () => {
  const sid = `AC${'0'.repeat(32)}`;
  const { taken, server, apiUrl } = await twilio({ sid, token: 'secret' });
  const account = { accountSid: sid, authToken: 'secret', from: '+15005550006', apiUrl };
  const message = { id: 'a', to: e164, text: 'Seats & “more” 座位' };
  try {
    await createTwilioSms(account).send(message);
    await createTwilioSms({ ...account, from: `MG${'1'.repeat(32)}` }).send(message);
    expect(taken).toEqual([
      { To: e164, From: '+15005550006', Body: message.text },
      { To: e164, MessagingServiceSid: `MG${'1'.repeat(32)}`, Body: message.text },
    ]);
    await expect(createTwilioSms({ ...account, authToken: 'other' }).send(message)).rejects.toThrow(
      'Twilio answered 401: error 20003',
    );
    await expect(createTwilioSms(account).send({ ...message, to: '12' })).rejects.toThrow(
      /^Twilio answered 400: error 21211$/,
    );
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test('settings that are missing are asked for, and without a provider none is used', () => {
  const faults = (env: object) =>
    smsSettings.safeParse(env).error?.issues.map(({ path }) => path.join('.')) ?? [];
  expect(faults({ SMS_VIA: 'sns' })).toEqual(['AWS_REGION']);
  expect(faults({ SMS_VIA: 'twilio' })).toEqual(['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_FROM']);
  expect(faults({ SMS_VIA: 'pigeon', TWILIO_ACCOUNT_SID: 'x', TWILIO_FROM: '0664' })).toEqual([
    'SMS_VIA',
    'TWILIO_ACCOUNT_SID',
    'TWILIO_FROM',
  ]);
  expect(chooseSmsProvider(smsSettings.parse({}))).toBeUndefined();
});
