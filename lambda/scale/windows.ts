import {
  GetScheduleCommand,
  paginateListSchedules,
  ResourceNotFoundException,
  type SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { endsWindow, scaleEvent, soon, type ScaleEvent } from './scale-event.ts';

/** Schedules read at the same time. */
const concurrency = 10;
/** Clocks may differ by this much: of two windows that end at the same time, neither waits for the other. */
const clockToleranceMs = 60_000;

/**
 * The drops that need capacity now or soon, by the schedules that will end their windows. The drop of this event does
 * not count, unless it has been moved to a later time.
 * @throws Error if that cannot be known; capacity must then stay
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
  for (let at = 0; at < names.length; at += concurrency) {
    const inputs = await Promise.all(
      names.slice(at, at + concurrency).map((name) => readInput(client, group, name)),
    );
    for (const ends of inputs) {
      if (!ends?.window) continue;
      const until = Date.parse(ends.window.until);
      const isThis = ends.dropId === event.dropId;
      if (isThis && event.window && until <= Date.parse(event.window.until)) continue;
      if (Date.parse(ends.window.from) - soon <= now && now < until - clockToleranceMs)
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
    // It has run or was removed since it was listed.
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}
