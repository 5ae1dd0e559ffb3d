import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';

export type CaughtMail = {
  /** From 1, in order of arrival. */
  number: number;
  at: Date;
  from: string;
  to: string[];
  messageId: string;
  subject: string;
  text: string;
  html: string;
  attachments: { name: string; type: string; content: Buffer }[];
};

/**
 * A mail server that delivers nothing and keeps the last mails in memory. It speaks ordinary SMTP. `refuse` returns the
 * message with which a recipient is refused, for tests of refusals.
 */
export class MailCatcher {
  readonly #limit: number;
  readonly #server: SMTPServer;
  readonly #mails: CaughtMail[] = [];
  #count = 0;

  constructor({
    limit = 1_000,
    refuse = () => undefined,
  }: { limit?: number; refuse?: (address: string) => string | undefined } = {}) {
    this.#limit = limit;
    this.#server = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      size: 1_000_000,
      onRcptTo({ address }, _session, callback) {
        const words = refuse(address);
        callback(words === undefined ? null : Object.assign(new Error(words), { responseCode: 550 }));
      },
      onData: (stream, { envelope }, callback) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const to = envelope.rcptTo.map(({ address }) => address);
          void this.#keep(Buffer.concat(chunks), to, callback);
        });
      },
    });
    // A client may disconnect in the middle of a mail.
    this.#server.on('error', () => {});
  }

  /** The mails that are kept, the oldest first. */
  get mails(): readonly CaughtMail[] {
    return this.#mails;
  }

  /** Port 0: any free one. Resolves to the port. */
  listen(port: number, host = '127.0.0.1'): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        const address = this.#server.server.address();
        resolve(typeof address === 'object' && address ? address.port : port);
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(resolve));
  }

  async #keep(raw: Buffer, to: string[], answer: (error?: Error) => void): Promise<void> {
    try {
      this.#remember(await PostalMime.parse(raw), to);
      answer();
    } catch (error) {
      answer(error as Error);
    }
  }

  #remember(mail: Email, to: string[]): void {
    const { from, messageId = '', subject = '', text = '', html = '', attachments } = mail;
    this.#count += 1;
    const sender = from?.address ?? '';
    this.#mails.push({
      number: this.#count,
      at: new Date(),
      from: from?.name ? `${from.name} <${sender}>` : sender,
      to,
      messageId,
      subject,
      text,
      html,
      attachments: attachments.map(({ filename, mimeType, content }) => ({
        name: filename ?? '',
        type: mimeType,
        content: Buffer.from(content as ArrayBuffer),
      })),
    });
    if (this.#mails.length > this.#limit) this.#mails.shift();
  }
}
