/** How news leaves this tier through one channel. A new channel is one more port (general/notifications/ports.ts). */
import type { Channel } from '../../shared/contract/notifications.ts';
import type { MadeOf } from '../mail/made-mail.ts';
import type { OutboxRow } from '../mail/outbox.ts';

export type Job = { id: string };

export type Port<J extends Job = Job> = {
  channel: Channel;
  /** Rows handed over together. */
  atOnce: number;
  makeJobs: (rows: readonly OutboxRow[]) => Promise<MadeOf<J>[]>;
  /**
   * Returns the ids of the jobs that were not accepted; all others were. @throws Error if none was accepted or the result
   * is unknown
   */
  send: (jobs: readonly J[]) => Promise<Set<string>>;
};
