export type Progress = {
  /** A line that stays. */
  say: (line: string) => void;
  stop: () => void;
};

/** Milliseconds between two lines: on a terminal one line that changes, elsewhere lines of their own, but fewer. */
const everyMs = { terminal: 250, elsewhere: 2_000 };

/**
 * Shows what `now` says until it is stopped. Everything goes to standard error; standard output is the summary's.
 * @param elsewhereMs milliseconds between two lines where there is no terminal
 */
export function showProgress(now: () => string, elsewhereMs = everyMs.elsewhere): Progress {
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
  const timer = setInterval(show, out.isTTY ? everyMs.terminal : elsewhereMs);
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
