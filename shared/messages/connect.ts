/** A connection to RabbitMQ, with channels, that are opened again by themselves after a loss. */
import { connect, type ChannelModel, type ConfirmChannel, type Message } from 'amqplib';
import type { Log } from '../tier/log.ts';

export type Broker = {
  /**
   * Opens a confirm channel now and again after every loss. `setup` asserts the queues that it uses and starts its
   * consumers. Resolves when the channel is open for the first time.
   */
  channel: (name: string, setup: (channel: ConfirmChannel) => Promise<void>) => Promise<OwnChannel>;
  close: () => Promise<void>;
};

export type BrokerChannel = {
  /** The open channel; undefined while the broker is away. */
  current: () => ConfirmChannel | undefined;
  /** Whether the broker accepts messages: the channel is open, and no memory or disk alarm blocks it. */
  ready: () => boolean;
};

/** The channel as its opener gets it. */
export type OwnChannel = BrokerChannel & {
  /**
   * Closes the channel for good. Then all messages sent on it before have arrived, and unacknowledged ones are back in
   * their queues. Closing the whole connection guarantees neither: it overtakes messages that its channels still send.
   */
  close: () => Promise<void>;
};

/** Seconds between heartbeats; a broker that has vanished is noticed after twice that. */
const heartbeatSeconds = 10;

/** Waits until the broker is reachable, however long that takes. */
export async function connectBroker(url: string, log: Log): Promise<Broker> {
  const slots: Slot[] = [];
  let model: ChannelModel | undefined;
  let blocked = false;
  let closing = false;

  const address = new URL(url);
  address.searchParams.set('heartbeat', String(heartbeatSeconds));
  const connection = await connect(address.href, {
    // Without it, calls that wait for a reply are 25 times slower.
    noDelay: true,
    timeout: 5_000,
    recovery: {
      waitForConnect: false,
      initialDelay: 100,
      maxDelay: 2_000,
      setup: async (opened: ChannelModel) => {
        // The library adds its own listener only after this setup; an error before that would end the process.
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
    log.warn({ reason }, 'the broker accepts no messages');
  });
  connection.on('unblocked', () => {
    blocked = false;
    log.info('the broker accepts messages again');
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

    async open(opened: ChannelModel): Promise<void> {
      const channel = await opened.createConfirmChannel();
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
        // No more is sent on this channel. It closes a little later, since the confirm of the message is still to come.
        this.channel = undefined;
        setImmediate(() => void channel.close().catch(() => {}));
      });
      channel.on('close', () => {
        if (this.channel === channel) this.channel = undefined;
        // After a fault on a channel the broker closes only that channel, so only that one is opened again.
        if (!closing && !this.done) setTimeout(() => void this.reopen(opened), 200).unref();
      });
      await this.setup(channel);
      this.channel = channel;
    }

    async reopen(opened: ChannelModel): Promise<void> {
      if (closing || this.done || model !== opened || this.channel) return;
      try {
        await this.open(opened);
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
          // If this fails, the channel was lost at this moment, so it is closed as well.
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
