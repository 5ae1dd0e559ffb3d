import { setTimeout } from 'k6/timers';

/** Unlike k6's `sleep`, does not block the VU. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.max(0, ms));
  });
}
