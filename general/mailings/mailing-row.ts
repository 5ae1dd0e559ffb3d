import type { MailingKind } from '../../shared/contract/mailings.ts';

/** What the mail says of the event. */
export type MailedFacts = { title: string; venue: string; startsAt: string; timeZone: string | null };

export type MailingRow = {
  id: number;
  event_id: number;
  drop_id: number | null;
  kind: MailingKind;
  text: string;
  /** Only of changes. */
  facts: string | { before: MailedFacts; after: MailedFacts } | null;
  written_by: number;
  written_at: Date;
  holders: number;
  made: number;
  last_user: number;
  made_at: Date | null;
  nonce: string | null;
};
