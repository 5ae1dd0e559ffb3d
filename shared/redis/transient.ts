/** Replies that say "not now" rather than "not this": the cluster is failing over, loading, or out of memory. */
const passing =
  /^(CLUSTERDOWN|LOADING|READONLY|MASTERDOWN|TRYAGAIN|MOVED|ASK|BUSY|OOM|NOREPLICAS|UNBLOCKED)\b/;

/** Whether the same command may succeed later. A script that failed by itself will fail again. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name !== 'ReplyError' || passing.test(error.message);
}
