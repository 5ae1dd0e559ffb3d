import { MailCatcher } from '../../local/mail-catcher/catcher.ts';
import { relayMails } from '../../general/duties/relay-mails.ts';
import { createDirectRoute } from '../../general/mail/direct-route.ts';
import { printHere } from '../print-here.ts';
import type { TestGeneral } from './start-general.ts';

/** The mails that general sends, by a real mail server. */
export async function catchMails({ deps }: Pick<TestGeneral, 'deps'>) {
  const catcher = new MailCatcher();
  const url = `smtp://127.0.0.1:${await catcher.listen(0)}`;
  const route = createDirectRoute({ url, from: 'tickets@seatdrop.test', print: printHere, log: deps.log });
  /** Those to this address, after all that waited were sent. */
  const mailsTo = async (email: string) => {
    await relayMails({ ...deps, timeZone: 'UTC', route });
    return catcher.mails.filter(({ to }) => to[0] === email);
  };
  return {
    mailsTo,
    subjectsTo: async (email: string) => (await mailsTo(email)).map(({ subject }) => subject),
    /** The secret part of the link in the latest mail to this address. */
    async linkTo(email: string, path = 'confirm'): Promise<string> {
      const text = (await mailsTo(email)).at(-1)?.text ?? '';
      return new RegExp(`/${path}#([\\w.-]+)`).exec(text)?.[1] ?? 'no link';
    },
    async stop() {
      route.close();
      await catcher.close();
    },
  };
}
