/**
 * The command may have run on a master, but no replica is known to have its result, which may be lost with that master.
 */
export class NotReplicated extends Error {
  override name = 'NotReplicated';
}
