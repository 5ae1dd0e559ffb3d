import {
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  DeleteScheduleGroupCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { scaleEvent, type ScaleEvent } from '../../lambda/scale/scale-event.ts';

export type KeptSchedule = { name: string; at: number; afterwards: string | undefined; event: ScaleEvent };

/** The part of EventBridge Scheduler that moto lacks: a due schedule calls its target and is deleted. */
export function playScheduler(aws: { region: string; endpoint: string }, group: string) {
  const client = new SchedulerClient(aws);

  const list = async (): Promise<KeptSchedule[]> => {
    const { Schedules = [] } = await client.send(new ListSchedulesCommand({ GroupName: group }));
    const kept = await Promise.all(
      Schedules.map(async ({ Name = '' }) => {
        const schedule = await client.send(new GetScheduleCommand({ GroupName: group, Name }));
        const { ScheduleExpression = '', ScheduleExpressionTimezone, Target } = schedule;
        const [, at = ''] = /^at\((.*)\)$/.exec(ScheduleExpression) ?? [];
        if (ScheduleExpressionTimezone !== 'UTC') throw new Error(`${Name} is not in UTC`);
        return {
          name: Name,
          at: Date.parse(`${at}Z`),
          afterwards: schedule.ActionAfterCompletion,
          event: scaleEvent.parse(JSON.parse(Target?.Input ?? '')),
        };
      }),
    );
    return kept.toSorted((a, b) => a.at - b.at);
  };

  return {
    list,
    create: () => client.send(new CreateScheduleGroupCommand({ Name: group })),
    /** Causes an error answer of AWS: moto accepts schedules that AWS would refuse. */
    async refuse(): Promise<void> {
      await client.send(new GetScheduleCommand({ GroupName: group, Name: 'drop-0-up' }));
    },
    /** Deletes all schedules. */
    async clear(): Promise<void> {
      await client.send(new DeleteScheduleGroupCommand({ Name: group }));
      await client.send(new CreateScheduleGroupCommand({ Name: group }));
    },
    /** Calls the targets of all schedules due by `until`, one after the other. */
    async letPass(until: number, call: (event: unknown, at: number) => Promise<unknown>): Promise<void> {
      for (;;) {
        const [next] = await list();
        if (!next || next.at > until) return;
        await call(next.event, next.at);
        await client.send(new DeleteScheduleCommand({ GroupName: group, Name: next.name }));
      }
    },
    close: () => client.destroy(),
  };
}
