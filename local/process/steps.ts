/** Runs one named piece of work and shows its progress and time. Steps may run at the same time. */
export type Step = <T>(name: string, work: () => Promise<T>) => Promise<T>;

type Output = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;

/**
 * Prints one line for each finished step. Below, a terminal shows the steps under way; any other output (a file, CI)
 * gets a line now and then for a step that takes long.
 */
export function createSteps(output: Output = process.stdout): { step: Step; say: (line: string) => void } {
  const underWay = new Map<string, number>();
  const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;
  let ticker: NodeJS.Timeout | undefined;
  let ticks = 0;
  let isShown = false;

  /** Removes the line that shows what is under way. */
  function clear(): void {
    if (isShown) output.write('\r\x1b[K');
    isShown = false;
  }
  function showUnderWay(): void {
    const names = [...underWay].map(([name, since]) => `${name} ${seconds(since)}`).join(' · ');
    clear();
    if (names === '') return;
    if (output.isTTY) output.write(fit(`… ${names}`, output.columns));
    else if (ticks % 50 === 0) output.write(`  … ${names}\n`);
    isShown = output.isTTY;
  }
  function say(line: string): void {
    clear();
    output.write(`${line}\n`);
    if (output.isTTY) showUnderWay();
  }

  async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
    const since = performance.now();
    underWay.set(name, since);
    ticker ??= setInterval(() => {
      ticks += 1;
      showUnderWay();
    }, 200);
    const end = (line: string): void => {
      underWay.delete(name);
      if (underWay.size === 0) {
        clearInterval(ticker);
        ticker = undefined;
        ticks = 0;
      }
      say(line);
    };
    try {
      const result = await work();
      end(`✓ ${name.padEnd(28)} ${seconds(since)}`);
      return result;
    } catch (error) {
      end(`✗ ${name.padEnd(28)} ${seconds(since)}`);
      throw error;
    }
  }
  return { step, say };
}

/** Shortens a line to the terminal's width, since a line that wraps could not be removed again. */
function fit(line: string, columns: number | undefined): string {
  const width = columns || 80; // some terminals say 0
  return line.length < width ? line : `${line.slice(0, width - 2)}…`;
}
