import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { createSendEmail, type SendEmail } from '../../lambda/send-email/handler.ts';
import { createMailer, type Mailer } from '../../lambda/send-email/mailer.ts';
import { MailCatcher } from '../../local/mail-catcher/catcher.ts';
import { startMoto } from '../../local/tools/moto.ts';
import { captureLog } from '../../testing/captured-log.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { eventually } from '../../testing/eventually.ts';
import { insertDrop, insertEvent } from '../../testing/insert-drop.ts';
import { noInventory } from '../../testing/no-inventory.ts';
import { printHere } from '../../testing/print-here.ts';
import { insertOrder } from '../../testing/general/insert-order.ts';
import { readBacklog } from '../mail/outbox.ts';
import { randomKeys } from '../../testing/keys.ts';
import { relayMails } from '../duties/relay-mails.ts';
import { createSqsRoute } from '../mail/sqs-route.ts';

const region = 'eu-central-1';
const { log } = captureLog();
let moto: Awaited<ReturnType<typeof startMoto>>;
let sqs: SQSClient;
let database: TestDatabase;
let dropId: number;
let catcher: MailCatcher;
let refused: string | undefined;
let mailer: Mailer;
let sendEmail: SendEmail;

beforeAll(async () => {
  // moto accepts any credentials, but the client needs some.
  process.env['AWS_ACCESS_KEY_ID'] = 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
  [moto, database] = await Promise.all([startMoto(), createTestDatabase()]);
  sqs = new SQSClient({ region, endpoint: moto.url });
  ({ id: dropId } = await insertDrop(database.db, await insertEvent(database.db)));
  catcher = new MailCatcher({ refuse: (address) => (address === refused ? 'no such mailbox' : undefined) });
  mailer = createMailer({
    url: `smtp://127.0.0.1:${await catcher.listen(0)}`,
    from: 'tickets@seatdrop.test',
  });
  sendEmail = createSendEmail({ mailer, print: printHere, log });
}, 120_000);
afterAll(async () => {
  mailer.close();
  sqs.destroy();
  await Promise.all([catcher.close(), moto.stop(), database.drop()]);
});

/** A queue like the lambda's, whose messages are tried twice and then go to its dead-letter queue. */
async function newQueue(name: string): Promise<{ url: string; deadLetters: string }> {
  const fifo = name.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
  const create = async (QueueName: string, attributes: Record<string, string>) => {
    const created = await sqs.send(
      new CreateQueueCommand({ QueueName, Attributes: { ...fifo, ...attributes } }),
    );
    return created.QueueUrl ?? '';
  };
  const deadLetters = await create(`dead-${name}`, {});
  const deadLetterTargetArn = (await attributesOf(deadLetters))['QueueArn'];
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 });
  return { url: await create(name, { VisibilityTimeout: '1', RedrivePolicy }), deadLetters };
}

async function attributesOf(QueueUrl: string): Promise<Record<string, string>> {
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
  return (await sqs.send(command)).Attributes ?? {};
}

const waitingIn = async (url: string) => Number((await attributesOf(url))['ApproximateNumberOfMessages']);

/** Does what AWS does between queue and lambda: passes a batch to the handler and deletes the messages that succeeded. */
async function deliver(url: string): Promise<{ delivered: number; failed: number }> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }),
  );
  const Records = Messages.map(({ MessageId = '', Body = '' }) => ({ messageId: MessageId, body: Body }));
  const { batchItemFailures } = await sendEmail({ Records });
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  for (const { MessageId = '', ReceiptHandle } of Messages)
    if (!failed.has(MessageId)) await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
  return { delivered: Messages.length, failed: failed.size };
}

async function order(email = 'sam@seatdrop.test'): Promise<string> {
  const { db } = database;
  const known: { id: number } | undefined = await db('users').where({ email }).first('id');
  const [userId = 0] = known
    ? [known.id]
    : await db('users').insert({ email, name: 'Sam', password_hash: 'none' });
  return insertOrder(db, { dropId, userId, seats: ['0.1'] });
}

const relay = async (queueUrl: string, endpoint = moto.url) => {
  const route = createSqsRoute({ queueUrl, region, endpoint, log });
  const publicUrl = new URL('https://seatdrop.test');
  try {
    await relayMails({
      db: database.db,
      publicUrl,
      timeZone: 'UTC',
      confirmsEmail: false,
      sessionKeys: randomKeys(),
      inventory: noInventory,
      log,
      route,
    });
  } finally {
    route.close();
  }
};
const letPassTime = () => database.db('outbox').update({ due_at: new Date(0) });

test('from the outbox over SQS and the handler to the mail server, more than one batch of them', async () => {
  const { url } = await newQueue('many');
  const ids: string[] = [];
  for (let count = 0; count < 23; count += 1) ids.push(await order());
  await relay(url);
  expect(await readBacklog(database.db)).toMatchObject({ waiting: 0 });
  expect(await waitingIn(url)).toBe(23);
  expect(catcher.mails).toHaveLength(0);
  await eventually(async () => (await deliver(url)).delivered === 0 && (await waitingIn(url)) === 0);
  expect(new Set(catcher.mails.map(({ messageId }) => messageId))).toEqual(
    new Set(ids.map((id) => `<order-paid.${id}@seatdrop.test>`)),
  );
  expect(catcher.mails).toHaveLength(23);
});

test('of a batch what failed comes again, and ends among the dead letters; the rest is done', async () => {
  const { url, deadLetters } = await newQueue('some-fail');
  refused = 'gone@seatdrop.test';
  const before = catcher.mails.length;
  await order('gone@seatdrop.test');
  await order('ann@seatdrop.test');
  await relay(url);
  expect(await deliver(url)).toEqual({ delivered: 2, failed: 1 });
  await eventually(async () => (await deliver(url)).failed === 1);
  await eventually(async () => {
    await deliver(url);
    return (await waitingIn(deadLetters)) === 1;
  });
  expect(catcher.mails.slice(before).map(({ to }) => to[0])).toEqual(['ann@seatdrop.test']);
});

test('SQS away: nothing is marked as sent, and it goes out later', async () => {
  const { url } = await newQueue('away');
  await order();
  await expect(relay('http://127.0.0.1:1/queue', 'http://127.0.0.1:1')).rejects.toThrow();
  expect(await readBacklog(database.db)).toMatchObject({ waiting: 1 });
  await letPassTime();
  await relay(url);
  expect(await readBacklog(database.db)).toMatchObject({ waiting: 0 });
  expect(await waitingIn(url)).toBe(1);
});

test('a FIFO queue drops what a relay sends again that was killed before it marked it', async () => {
  const { url } = await newQueue('mails.fifo');
  await order();
  await relay(url);
  await database
    .db('outbox')
    .update({ sent_at: null, due_at: new Date(0) })
    .orderBy('id', 'desc')
    .limit(1);
  await relay(url);
  expect(await waitingIn(url)).toBe(1);
});
