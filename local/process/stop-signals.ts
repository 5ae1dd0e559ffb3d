/** Signals that arrive this soon after another are the same request: a terminal and npm both send Ctrl-C. */
const SAME_REQUEST_MS = 300;

/**
 * Calls `stop` at the first SIGINT, SIGTERM or SIGHUP, or when the process that started this one has ended, and `hurry`
 * at each further signal.
 */
export function onStopSignal(stop: (why: string) => void, hurry: () => void): void {
  let last = 0;
  const wish = (why: string): void => {
    const now = performance.now();
    if (last === 0) stop(why);
    else if (now - last > SAME_REQUEST_MS) hurry();
    else return;
    last = now;
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => wish(name));
  if (process.channel !== undefined) {
    process.on('disconnect', () => wish('parent gone'));
    process.channel?.unref();
  }
}
