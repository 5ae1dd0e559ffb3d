/** The batch numbers of one publisher's channel that a partition decided: the highest, and the skipped ones below it. */
export class SentNumbers {
  highest = 0;
  /** Ranges, in any order; no two of them touch. */
  skipped: { from: number; to: number }[] = [];
  /** Number of skipped batch numbers. */
  missing = 0;

  /** Marks a number as decided. Returns whether it came in order, was a skipped one, or was decided before. */
  add(number: number): 'next' | 'late' | 'again' {
    if (number > this.highest) {
      this.#skip(this.highest + 1, number - 1);
      this.highest = number;
      return 'next';
    }
    const range = this.skipped.find(({ from, to }) => from <= number && number <= to);
    if (!range) return 'again';
    this.skipped = this.skipped.filter((each) => each !== range);
    this.missing -= range.to - range.from + 1;
    this.#skip(range.from, number - 1);
    this.#skip(number + 1, range.to);
    return 'late';
  }

  #skip(from: number, to: number): void {
    if (from > to) return;
    this.skipped.push({ from, to });
    this.missing += to - from + 1;
  }
}
