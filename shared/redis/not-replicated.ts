/** What was asked has happened on a master, perhaps, but no replica is known to have it: it may be lost with that master. */
export class NotReplicated extends Error {
  override name = 'NotReplicated';
}
