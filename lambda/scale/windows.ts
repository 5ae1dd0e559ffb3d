import {
  GetScheduleCommand,
  paginateListSchedules,
  ResourceNotFoundException,
  type SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { endsWindow, scaleEvent, soon, type ScaleEvent } from './scale-event.ts';

/** Schedules that are asked for at the same time. */
const atOnce = 10;
/** Milliseconds by which clocks may differ: of two windows with one end neither is to wait for the other. */
const clockTolerance = 60_000;

/**
 * The drops that need the capacity now or soon, by the schedules that are still to end their windows. The one that this
 * very event is of does not count, unless it has been moved to a later time.
 * @throws Error when that cannot be known: whoever asks must then not take capacity away
 */
export async function dropsThatNeedCapacity(
  client: SchedulerClient,
  group: string,
  event: ScaleEvent,
  now: number,
): Promise<number[]> {
  const names: string[] = [];
  for await (const { Schedules = [] } of paginateListSchedules({ client }, { GroupName: group }))
    for (const { Name = '' } of Schedules) if (endsWindow(Name)) names.push(Name);

  const needed: number[] = [];
  for (let at = 0; at < names.length; at += atOnce) {
    const inputs = await Promise.all(
      names.slice(at, at + atOnce).map((name) => readInput(client, group, name)),
    );
    for (const ends of inputs) {
      if (!ends?.window) continue;
      const until = Date.parse(ends.window.until);
      const isThis = ends.dropId === event.dropId;
      if (isThis && event.window && until <= Date.parse(event.window.until)) continue;
      if (Date.parse(ends.window.from) - soon <= now && now < until - clockTolerance)
        needed.push(ends.dropId);
    }
  }
  return needed.toSorted((a, b) => a - b);
}

async function readInput(
  client: SchedulerClient,
  GroupName: string,
  Name: string,
): Promise<ScaleEvent | undefined> {
  try {
    const { Target } = await client.send(new GetScheduleCommand({ GroupName, Name }));
    return scaleEvent.parse(JSON.parse(Target?.Input ?? ''));
  } catch (error) {
    // It has ended, or was removed, since it was listed.
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}
