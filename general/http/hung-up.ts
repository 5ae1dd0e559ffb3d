import type { Response } from 'express';

/** Aborted when the client hangs up before it has its answer. */
export function hungUp(res: Response): AbortSignal {
  const gone = new AbortController();
  const check = () => {
    if (!res.writableFinished) gone.abort();
  };
  if (res.closed) check();
  else res.once('close', check);
  return gone.signal;
}
