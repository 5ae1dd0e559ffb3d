/**
 * Group commit: what is asked for while a group is under way becomes the next group, so that one transaction, with one
 * flush to the disk and one set of round trips, serves many callers. Somebody who comes alone waits for nobody.
 */
export type GroupOptions = {
  /** Groups under way at a time: while one is on its way to the disk, the next one can be made. */
  atOnce?: number;
  /** Members of a group. */
  most?: number;
  /** Errors of a group that are one member's fault: then each is tried alone, and only that one fails. */
  isOnesFault: (error: unknown) => boolean;
};

/**
 * `work` resolves to a result for each member, in order. Where it throws what `isOnesFault` knows it must have changed
 * nothing; any other error is everybody's.
 */
export function grouped<Member, Result>(
  work: (group: Member[]) => Promise<Result[]>,
  { atOnce = 2, most = 100, isOnesFault }: GroupOptions,
): (member: Member) => Promise<Result> {
  type Waiting = { member: Member; resolve: (result: Result) => void; reject: (error: unknown) => void };
  let waiting: Waiting[] = [];
  let underWay = 0;

  const finish = async (group: Waiting[]): Promise<void> => {
    try {
      const results = await work(group.map(({ member }) => member));
      group.forEach(({ resolve }, at) => resolve(results[at]!));
    } catch (error) {
      if (group.length > 1 && isOnesFault(error)) await Promise.all(group.map((one) => finish([one])));
      else for (const { reject } of group) reject(error);
    }
  };

  const next = async (): Promise<void> => {
    if (underWay >= atOnce) return;
    underWay += 1;
    // Whoever asks in the same turn comes along.
    await Promise.resolve();
    while (waiting.length > 0) {
      const group = waiting.slice(0, most);
      waiting = waiting.slice(most);
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
