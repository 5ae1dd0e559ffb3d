/**
 * The lambda's input: the `Input` of a schedule, which general writes. Its window says when a drop needs the capacity
 * of a drop. From the windows in the schedules of all drops the lambda knows which drops need capacity when.
 */
import { z } from 'zod';

const time = z.iso.datetime();

export const scaleEvent = z.object({
  direction: z.enum(['up', 'down']),
  dropId: z.int().positive(),
  /** Capacity goes down at `until`. Absent if somebody calls the lambda by hand. */
  window: z.object({ from: time, until: time }).optional(),
  /** Report the changes without making them. */
  dryRun: z.boolean().default(false),
});

export type ScaleEvent = z.output<typeof scaleEvent>;

/**
 * A drop counts as needing capacity this long before its window, so that capacity is not taken away only to return
 * within the hour. It also keeps a slow change of a server from still running when the opposite change is requested.
 */
export const soon = 3_600_000;

/** `give-back`: down at once, for a drop that was cancelled or moved after its `up`. */
export type ScheduleKind = 'up' | 'down' | 'give-back';

/**
 * A drop has at most one schedule of each kind, always with the same name, so that it can be put and removed
 * repeatedly.
 */
export function scheduleName(dropId: number, kind: ScheduleKind): string {
  return `drop-${dropId}-${kind}`;
}

/** Whether the schedule with this name ends a drop's window. */
export function endsWindow(name: string): boolean {
  return /^drop-\d+-down$/.test(name);
}
