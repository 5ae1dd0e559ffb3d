import { types } from 'node:util';

/** Error replies that depend on the server's state, not on the command: failover, loading, out of memory or disk. */
const transientReplies =
  /^(CLUSTERDOWN|LOADING|READONLY|MASTERDOWN|TRYAGAIN|MOVED|ASK|BUSY|OOM|MISCONF|NOREPLICAS|UNBLOCKED)\b/;

/** Names of errors that faults of our own code raise; they occur again at each repetition. */
const ownErrors = new Set(['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError', 'UnexpectedReply']);

/** Whether the same command may succeed later. A script with a fault of its own fails again. */
export function isTransient(error: unknown): boolean {
  if (!types.isNativeError(error) || ownErrors.has(error.name)) return false;
  return error.name !== 'ReplyError' || transientReplies.test(error.message);
}
