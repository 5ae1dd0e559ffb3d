/**
 * Group commit: calls made while a group is under way form the next group, so that one transaction, with one flush to
 * disk and one set of round trips, serves many callers. A single call starts at once.
 */
export type GroupOptions = {
  /** Groups that may run concurrently: while one is flushed to disk, the next can start. */
  atOnce?: number;
  /** Members of a group, at most. */
  maxSize?: number;
  /** Whether an error is the fault of one member: then each member is tried alone, and only that one fails. */
  isOnesFault: (error: unknown) => boolean;
};

/**
 * `work` resolves to a result for each member, in order. If it throws an error for which `isOnesFault` is true, it must
 * have changed nothing. Any other error is passed to all members.
 */
export function grouped<Member, Result>(
  work: (group: Member[]) => Promise<Result[]>,
  { atOnce = 2, maxSize = 100, isOnesFault }: GroupOptions,
): (member: Member) => Promise<Result> {
  type Waiting = { member: Member; resolve: (result: Result) => void; reject: (error: unknown) => void };
  let waiting: Waiting[] = [];
  let underWay = 0;

  const finish = async (group: Waiting[]): Promise<void> => {
    try {
      const results = await work(group.map(({ member }) => member));
      group.forEach(({ resolve }, index) => resolve(results[index]!));
    } catch (error) {
      if (group.length > 1 && isOnesFault(error)) await Promise.all(group.map((one) => finish([one])));
      else for (const { reject } of group) reject(error);
    }
  };

  const next = async (): Promise<void> => {
    if (underWay >= atOnce) return;
    underWay += 1;
    // Wait one microtask: further calls in the same turn of the event loop join the group.
    await Promise.resolve();
    while (waiting.length > 0) {
      const group = waiting.slice(0, maxSize);
      waiting = waiting.slice(maxSize);
      await finish(group);
    }
    underWay -= 1;
  };

  return (member) =>
    new Promise<Result>((resolve, reject) => {
      waiting.push({ member, resolve, reject });
      void next();
    });
}
