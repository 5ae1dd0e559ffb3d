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

/** What EventBridge Scheduler does and moto does not: at their time schedules call, and are gone. */
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
    /** An answer of AWS that says no: moto finds less fault with a schedule than AWS does. */
    async refuse(): Promise<void> {
      await client.send(new GetScheduleCommand({ GroupName: group, Name: 'drop-0-up' }));
    },
    /** Forgets all of them. */
    async clear(): Promise<void> {
      await client.send(new DeleteScheduleGroupCommand({ Name: group }));
      await client.send(new CreateScheduleGroupCommand({ Name: group }));
    },
    /** Calls what is due by then, one after the other. */
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
