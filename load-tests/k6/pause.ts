import { setTimeout } from 'k6/timers';

/** Lets other work of this VU go on meanwhile, as k6's own `sleep` does not. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.max(0, ms));
  });
}
