import { createTransport } from 'nodemailer';
import { compose } from './compose.ts';
import type { MailJob } from './mail-job.ts';

export type Mailer = {
  /**
   * Resolves once the mail server has taken the mail.
   * @throws Error when it has not, or when nobody can know: the connection ended before it answered
   */
  send: (job: MailJob) => Promise<void>;
  /** Ends the connections that are kept open between mails. */
  close: () => void;
};

/**
 * Mails by SMTP, over a few connections that are used again.
 * @param url `smtp://user:password@host:port`, or `smtps:` where TLS begins at once (SES and most others take both)
 * @param from an address, or `Name <address>`
 */
export function createMailer({ url, from }: { url: string; from: string }): Mailer {
  const server = new URL(url);
  const sender = senderOf(from);
  const here = ['127.0.0.1', 'localhost', '[::1]'].includes(server.hostname);
  const secure = server.protocol === 'smtps:';
  const transport = createTransport({
    host: server.hostname.replaceAll(/^\[|\]$/g, ''),
    port: Number(server.port || (secure ? 465 : 587)),
    secure,
    // A password, and who bought what, never travel in the open; mail that stays on the machine does not travel.
    requireTLS: !secure && !here,
    ignoreTLS: !secure && here,
    ...(server.username !== '' && {
      auth: { user: decodeURIComponent(server.username), pass: decodeURIComponent(server.password) },
    }),
    pool: true,
    maxConnections: 5,
    // A server that takes longer is taken for away; the job is tried again.
    connectionTimeout: 5_000,
    greetingTimeout: 5_000,
    socketTimeout: 10_000,
    // Nothing in a job names a file or an address to read from.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = sender.address.split('@').at(-1) ?? 'localhost';

  return {
    async send(job) {
      try {
        await transport.sendMail({
          ...compose(job),
          from: sender,
          to: job.to,
          // The same for every copy of one mail: by this a mail server or program knows the second for what it is.
          messageId: `<${job.id}@${domain}>`,
          headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': job.locale },
        });
      } catch (error) {
        throw isOfMailbox(error, job.to.address) ? new Error(noSmtpUtf8, { cause: error }) : error;
      }
    },
    close: () => transport.close(),
  };
}

/** The domain of an address is ASCII already (shared/contract/email.ts). What is before the @ cannot be written otherwise. */
const noSmtpUtf8 =
  'The mail server refuses an address with letters outside ASCII before the @. It needs SMTPUTF8 (RFC 6531), which SES ' +
  'does not have: such mail takes another SMTP_URL';

function isOfMailbox(error: unknown, address: string): boolean {
  const { code } = Object(error) as { code?: string };
  return code === 'EENVELOPE' && /\P{ASCII}/u.test(address);
}

function senderOf(from: string): { name: string; address: string } {
  const [, name = '', address] = /^(.*?)\s*<([^<>]+)>$/.exec(from) ?? [];
  return { name, address: address ?? from };
}
