import { types } from 'node:util';

/** Replies that say "not now" rather than "not this": the cluster is failing over, loading, out of memory or disk. */
const passing =
  /^(CLUSTERDOWN|LOADING|READONLY|MASTERDOWN|TRYAGAIN|MOVED|ASK|BUSY|OOM|MISCONF|NOREPLICAS|UNBLOCKED)\b/;

/** Faults of our own code, which come again however often it runs. */
const ours = new Set(['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError', 'UnexpectedReply']);

/** Whether the same command may succeed later. A script that failed by itself will fail again. */
export function isTransient(error: unknown): boolean {
  if (!types.isNativeError(error) || ours.has(error.name)) return false;
  return error.name !== 'ReplyError' || passing.test(error.message);
}
