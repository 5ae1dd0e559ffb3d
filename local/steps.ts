/** Runs one named piece of work and shows its progress and time. Steps may run side by side. */
export type Step = <T>(name: string, work: () => Promise<T>) => Promise<T>;

type Output = Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;

/**
 * One line per finished step. Underneath, a terminal shows what is under way; anything else (a file, CI) gets
 * a line now and then for a step that takes long.
 */
export function createSteps(output: Output = process.stdout): { step: Step; say: (line: string) => void } {
  const underWay = new Map<string, number>();
  const seconds = (since: number): string => `${((Date.now() - since) / 1000).toFixed(1)} s`;
  let ticker: NodeJS.Timeout | undefined;
  let ticks = 0;

  function clear(): void {
    if (output.isTTY) output.write('\r\x1b[K');
  }
  function showUnderWay(): void {
    const names = [...underWay].map(([name, since]) => `${name} ${seconds(since)}`).join(' · ');
    if (output.isTTY) output.write(`\r\x1b[K${names === '' ? '' : `… ${names}`}`);
    else if (names !== '' && ticks % 50 === 0) output.write(`  … ${names}\n`);
  }
  function say(line: string): void {
    clear();
    output.write(`${line}\n`);
    if (output.isTTY && underWay.size > 0) showUnderWay();
  }

  async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
    const since = Date.now();
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
