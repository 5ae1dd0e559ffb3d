/** A connection to RabbitMQ that comes back by itself, and channels on it that do so too. */
import { connect, type ChannelModel, type ConfirmChannel, type Message } from 'amqplib';
import type { Log } from '../tier/log.ts';

export type Broker = {
  /**
   * Opens a confirm channel now and after every loss; `setup` asserts what it uses and starts its consumers. Resolves
   * when the channel is open for the first time.
   */
  channel: (name: string, setup: (channel: ConfirmChannel) => Promise<void>) => Promise<OwnChannel>;
  close: () => Promise<void>;
};

export type BrokerChannel = {
  /** The open channel; undefined while the broker is away. */
  current: () => ConfirmChannel | undefined;
  /** Whether the broker takes messages: the channel is open, and no alarm of memory or disk blocks it. */
  ready: () => boolean;
};

/** For whoever opened it. */
export type OwnChannel = BrokerChannel & {
  /**
   * Closes it for good. What was sent on it before has arrived then, and what was not acknowledged is back in its
   * queue. Closing the whole connection gives neither: it overtakes what its channels are about to send.
   */
  close: () => Promise<void>;
};

/** Seconds between signs of life; a broker that vanished is noticed after twice that. */
const heartbeat = 10;

/** Waits for the broker to be there, however long that takes. */
export async function connectBroker(url: string, log: Log): Promise<Broker> {
  const slots: Slot[] = [];
  let model: ChannelModel | undefined;
  let blocked = false;
  let closing = false;

  const address = new URL(url);
  address.searchParams.set('heartbeat', String(heartbeat));
  const connection = await connect(address.href, {
    // Without it, calls that wait for an answer are 25 times slower.
    noDelay: true,
    timeout: 5_000,
    recovery: {
      waitForConnect: false,
      initialDelay: 100,
      maxDelay: 2_000,
      setup: async (opened: ChannelModel) => {
        // The library listens only once this is done; lost before, the connection would end the process.
        opened.on('error', (error: Error) => log.debug({ err: error }, 'broker'));
        model = opened;
        blocked = false;
        for (const slot of slots) if (!slot.done) await slot.open(opened);
      },
    },
  });
  connection.on('error', (error: Error) => log.debug({ err: error }, 'broker'));
  connection.on('handler-error', (error: Error) => log.error({ err: error }, 'broker handler'));
  connection.on('connect-failed', (error: Error) =>
    log.warn({ err: error.message }, 'waiting for the broker'),
  );
  connection.on('disconnect', (error: Error) => {
    model = undefined;
    if (!closing) log.warn({ err: error.message }, 'lost the broker');
  });
  connection.on('blocked', (reason: string) => {
    blocked = true;
    log.warn({ reason }, 'the broker takes no messages');
  });
  connection.on('unblocked', () => {
    blocked = false;
    log.info('the broker takes messages again');
  });
  await connection.waitForConnect();

  class Slot {
    readonly name: string;
    readonly setup: (channel: ConfirmChannel) => Promise<void>;
    channel: ConfirmChannel | undefined;
    done = false;

    constructor(name: string, setup: (channel: ConfirmChannel) => Promise<void>) {
      this.name = name;
      this.setup = setup;
    }

    async open(on: ChannelModel): Promise<void> {
      const channel = await on.createConfirmChannel();
      channel.on('error', (error: Error) =>
        log.warn({ err: error.message, channel: this.name }, 'broker channel'),
      );
      channel.on('handler-error', (error: Error) =>
        log.error({ err: error, channel: this.name }, 'broker handler'),
      );
      channel.on('return', ({ fields }: Message) => {
        if (this.channel !== channel) return;
        const { exchange, routingKey } = fields;
        log.error({ channel: this.name, exchange, routingKey }, 'a queue is gone; it is set up again');
        // Nothing more goes this way. The confirm of what came back still follows, so it closes a little later.
        this.channel = undefined;
        setImmediate(() => void channel.close().catch(() => {}));
      });
      channel.on('close', () => {
        if (this.channel === channel) this.channel = undefined;
        // The broker closes a channel alone for a fault on it; the connection goes on, so only it is opened anew.
        if (!closing && !this.done) setTimeout(() => void this.reopen(on), 200).unref();
      });
      await this.setup(channel);
      this.channel = channel;
    }

    async reopen(on: ChannelModel): Promise<void> {
      if (closing || this.done || model !== on || this.channel) return;
      try {
        await this.open(on);
      } catch (error) {
        log.warn({ err: error, channel: this.name }, 'could not open a channel');
      }
    }
  }

  return {
    async channel(name, setup) {
      const slot = new Slot(name, setup);
      if (!model) throw new Error('the broker went away');
      await slot.open(model);
      slots.push(slot);
      return {
        current: () => slot.channel,
        ready: () => slot.channel !== undefined && !blocked,
        close: async () => {
          slot.done = true;
          // A channel that is lost at this moment has closed as well.
          await slot.channel?.close().catch(() => {});
        },
      };
    },
    async close() {
      closing = true;
      await connection.close();
    },
  };
}
