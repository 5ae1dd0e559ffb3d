/**
 * What EventBridge Scheduler gives the lambda: the input of a schedule, as general writes it. Its window says when a drop
 * needs the capacity of a sale; by the windows in the schedules of all drops the lambda knows who needs it when.
 */
import { z } from 'zod';

const time = z.iso.datetime();

export const scaleEvent = z.object({
  direction: z.enum(['up', 'down']),
  dropId: z.int().positive(),
  /** `until` is when the capacity goes. None when somebody calls the lambda by hand. */
  window: z.object({ from: time, until: time }).optional(),
  /** Say what would be done, and do nothing. */
  dryRun: z.boolean().default(false),
});

export type ScaleEvent = z.output<typeof scaleEvent>;

/**
 * Milliseconds before its window in which a drop is taken to need the capacity: nobody takes it away to bring it back
 * within the hour. That also keeps a slow change of a server from being under way when the opposite one is asked for.
 */
export const soon = 3_600_000;

/** `give-back`: down at once, for a drop that was called off or moved away after its up. */
export type ScheduleKind = 'up' | 'down' | 'give-back';

/** A drop has one of each kind at the most, always by the same name, so that it can be put and removed repeatedly. */
export function scheduleName(dropId: number, kind: ScheduleKind): string {
  return `drop-${dropId}-${kind}`;
}

/** Whether a schedule is the one that ends a drop's window. */
export function endsWindow(name: string): boolean {
  return /^drop-\d+-down$/.test(name);
}
