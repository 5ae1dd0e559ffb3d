/** Collects what to undo if building something from several parts fails, or when it is stopped. */
export class Releases {
  readonly #works: (() => unknown)[] = [];
  #released: Promise<void> | undefined;

  /** Adds `work`, which will run before all that was added earlier. */
  add(work: () => unknown): void {
    this.#works.push(work);
  }

  /** Undoes everything once; further calls return the same promise. @throws the first fault, after all has run */
  run(): Promise<void> {
    return (this.#released ??= inOrder(this.#works.toReversed()));
  }

  /** Resolves to what `build` builds. If it fails, everything is undone first. */
  async guard<Built>(build: () => Promise<Built>): Promise<Built> {
    try {
      return await build();
    } catch (error) {
      await this.run();
      throw error;
    }
  }
}

/** Runs all one after the other, even if some fail. @throws the first fault */
export async function inOrder(works: readonly (() => unknown)[]): Promise<void> {
  const faults: unknown[] = [];
  for (const work of works) {
    try {
      await work();
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0) throw faults[0];
}
