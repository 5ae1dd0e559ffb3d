/**
 * A mail relay that kills itself after its first mails are sent, before it records that. Argument: RelayArguments as
 * JSON.
 */
import { pino } from 'pino';
import { connectMysql } from '../../shared/mysql/connect.ts';
import { noInventory } from '../no-inventory.ts';
import { printHere } from '../print-here.ts';
import { createDirectRoute } from '../../general/mail/direct-route.ts';
import { randomKeys } from '../keys.ts';
import { relayMails } from '../../general/duties/relay-mails.ts';

export type RelayArguments = { mysqlUrl: string; smtpUrl: string; from: string };

const { mysqlUrl, smtpUrl, from } = JSON.parse(process.argv[2] ?? '{}') as RelayArguments;
const log = pino({ level: 'silent' });
const route = createDirectRoute({ url: smtpUrl, from, print: printHere, log });
await relayMails({
  db: connectMysql(mysqlUrl, { max: 2 }),
  publicUrl: new URL('http://127.0.0.1:8080'),
  timeZone: 'UTC',
  confirmsEmail: false,
  sessionKeys: randomKeys(),
  inventory: noInventory,
  log,
  route: {
    ...route,
    async send(jobs) {
      await route.send(jobs);
      process.kill(process.pid, 'SIGKILL');
      return new Promise(() => {});
    },
  },
});
