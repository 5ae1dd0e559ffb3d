import { createTransport } from 'nodemailer';
import { compose } from './compose.ts';
import type { MailJob } from './mail-job.ts';

export type Attachment = { filename: string; contentType: string; content: Buffer };

export type Mailer = {
  /**
   * Resolves once the mail server has accepted the mail.
   * @throws Error if it has not, or if that is unknown because the connection ended before it answered
   */
  send: (job: MailJob, attachments?: Attachment[]) => Promise<void>;
  /** Closes the connections kept open between mails. */
  close: () => void;
};

/**
 * Sends mail by SMTP over a few reused connections.
 * @param url `smtp://user:password@host:port`, or `smtps:` if TLS begins at once (SES and most others accept both)
 * @param from an address, or `Name <address>`
 */
export function createMailer({ url, from }: { url: string; from: string }): Mailer {
  const server = new URL(url);
  const sender = senderOf(from);
  const isLocal = ['127.0.0.1', 'localhost', '[::1]'].includes(server.hostname);
  const secure = server.protocol === 'smtps:';
  const transport = createTransport({
    host: server.hostname.replaceAll(/^\[|\]$/g, ''),
    port: Number(server.port || (secure ? 465 : 587)),
    secure,
    // Passwords and buyers' data must be encrypted on the network; a mail server on the same machine needs no
    // network.
    requireTLS: !secure && !isLocal,
    ignoreTLS: !secure && isLocal,
    ...(server.username !== '' && {
      auth: { user: decodeURIComponent(server.username), pass: decodeURIComponent(server.password) },
    }),
    pool: true,
    maxConnections: 5,
    // A server that takes longer counts as unreachable; the job is tried again.
    connectionTimeout: 5_000,
    greetingTimeout: 5_000,
    socketTimeout: 10_000,
    // No job refers to a file or a URL to read.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = sender.address.split('@').at(-1) ?? 'localhost';

  return {
    async send(job, attachments = []) {
      try {
        await transport.sendMail({
          ...compose(job),
          attachments,
          from: sender,
          to: { name: '', ...job.to },
          // The same for every copy of a mail, so that mail servers and programs recognise a duplicate.
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

/** The domain of an address is ASCII already (shared/contract/email.ts); the part before the @ cannot be converted. */
const noSmtpUtf8 =
  'The mail server refuses an address with non-ASCII letters before the @. It needs SMTPUTF8 (RFC 6531), which SES ' +
  'does not support: use another SMTP_URL for such addresses';

function isOfMailbox(error: unknown, address: string): boolean {
  const { code } = Object(error) as { code?: string };
  return code === 'EENVELOPE' && /\P{ASCII}/u.test(address);
}

function senderOf(from: string): { name: string; address: string } {
  const [, name = '', address] = /^(.*?)\s*<([^<>]+)>$/.exec(from) ?? [];
  return { name, address: address ?? from };
}
