/** The part of the payment port that is about organizers' accounts at the provider. */

/** An account as the provider has it. */
export type FoundAccount = {
  /** The provider's id. */
  ref: string;
  chargesEnabled: boolean;
  payoutsEnabled: boolean;
  detailsSubmitted: boolean;
  /** Whether the provider waits for something from the organizer. */
  detailsDue: boolean;
};

/** No answer, or an unclear one. */
type Undecided = { kind: 'undecided' };
/** The provider refuses, which repeating does not change. */
type Refused = { kind: 'refused'; reason: string };
type Found = { kind: 'account'; account: FoundAccount };
/** It does not exist, or the provider no longer lets us use it. */
type Gone = { kind: 'gone' };

/** None of these rejects because of network or provider errors: those are `undecided`. */
export type PayoutAccounts = {
  /** Whether a drop whose organizer cannot be paid is refused. If not, its money is the platform's. */
  readonly isRequired: boolean;
  /**
   * Opens the account of a key, or returns it.
   * @param askedSince when it was first asked for, if this is not the first time: the provider may have forgotten the key
   */
  open: (key: string, askedSince?: Date) => Promise<Found | Refused | Undecided>;
  find: (ref: string) => Promise<Found | Gone | Undecided>;
  /** A page of the provider on which the organizer gives the details. It can be opened once, soon. */
  link: (
    ref: string,
    urls: { returnUrl: string; refreshUrl: string },
  ) => Promise<{ kind: 'link'; url: string } | Gone | Refused | Undecided>;
};
