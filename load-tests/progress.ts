export type Progress = {
  /** Prints a line that is not overwritten. */
  say: (line: string) => void;
  stop: () => void;
};

/** On a terminal one line is rewritten; elsewhere every update is a new line, so updates are rarer. */
const intervalMs = { terminal: 250, elsewhere: 2_000 };

/**
 * Shows the text of `now` until it is stopped, on standard error: standard output is for the summary.
 * @param elsewhereMs milliseconds between two lines if standard error is not a terminal
 */
export function showProgress(now: () => string, elsewhereMs = intervalMs.elsewhere): Progress {
  const out = process.stderr;
  const since = performance.now();
  const clear = () => {
    if (out.isTTY) out.write('\r\x1b[2K');
  };
  const stamp = () => `${((performance.now() - since) / 1000).toFixed(1).padStart(6)} s  `;
  const show = () => {
    const line = `${stamp()}${now()}`;
    if (out.isTTY) out.write(`\r\x1b[2K${line.slice(0, (out.columns || 120) - 1)}`);
    else out.write(`${line}\n`);
  };
  const timer = setInterval(show, out.isTTY ? intervalMs.terminal : elsewhereMs);
  return {
    say(line) {
      clear();
      out.write(`${stamp()}${line}\n`);
    },
    stop() {
      clearInterval(timer);
      clear();
    },
  };
}
