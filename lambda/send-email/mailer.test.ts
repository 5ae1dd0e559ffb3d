import { MailCatcher } from '../../local/mail-catcher/catcher.ts';
import { newMailJob } from '../../testing/lambda/new-mail-job.ts';
import { mailJob } from './mail-job.ts';
import { createMailer, type Mailer } from './mailer.ts';

let refusal: string | undefined;
let catcher: MailCatcher;
let mailer: Mailer;
beforeEach(async () => {
  refusal = undefined;
  catcher = new MailCatcher({ refuse: () => refusal });
  const port = await catcher.listen(0);
  mailer = createMailer({ url: `smtp://127.0.0.1:${port}`, from: 'Seatdrop <tickets@seatdrop.test>' });
});
afterEach(async () => {
  mailer.close();
  await catcher.close();
});

const jobTo = (address: string) => mailJob.parse(newMailJob({ to: { name: 'Jörg', address } }));

test('a mail to a name and a domain with letters outside ASCII arrives', async () => {
  await mailer.send(jobTo('jörg@exämple.test'));
  await mailer.send(jobTo('sam@exämple.test'));
  const [first, second] = catcher.mails.map(({ to }) => to.map((address) => address.normalize('NFC')));
  // Servers use either of the two spellings of such a domain.
  expect(first![0]).toMatch(/^jörg@(exämple|xn--exmple-cua)\.test$/);
  expect(second![0]).toMatch(/^sam@(exämple|xn--exmple-cua)\.test$/);
});

test('of a server that cannot, the log says so, and what it lacks', async () => {
  refusal = 'mailbox name not allowed';
  await expect(mailer.send(jobTo('jörg@exämple.test'))).rejects.toThrow(/SMTPUTF8/);
  await expect(mailer.send(jobTo('sam@exämple.test'))).rejects.not.toThrow(/SMTPUTF8/);
});
