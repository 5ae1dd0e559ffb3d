import type { Response } from 'express';

/** A signal that is aborted when the client hangs up before the response is sent. */
export function hungUp(res: Response): AbortSignal {
  const gone = new AbortController();
  const check = () => {
    if (!res.writableFinished) gone.abort();
  };
  if (res.closed) check();
  else res.once('close', check);
  return gone.signal;
}
