/** Runs `work` for each item, at most `width` at a time. Rejections go to `onFailure`. */
export async function inPortions<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
  onFailure: (error: unknown, item: T) => void,
): Promise<void> {
  const rest = items.values();
  const lane = async () => {
    for (const item of rest) {
      try {
        await work(item);
      } catch (error) {
        onFailure(error, item);
      }
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
}
