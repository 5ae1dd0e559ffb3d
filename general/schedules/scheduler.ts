import {
  ConflictException,
  CreateScheduleCommand,
  DeleteScheduleCommand,
  ResourceNotFoundException,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { scheduleName, type ScheduleKind } from '../../lambda/scale/scale-event.ts';
import { awsClient } from '../aws.ts';
import type { Schedule } from './plan-schedules.ts';

/** EventBridge Scheduler with the lambda `scale` as its target. All calls are safe to repeat. */
export type Scheduler = {
  /** Creates or moves the schedule: a drop has one of each kind. */
  put: (dropId: number, schedule: Schedule) => Promise<void>;
  /** Removes the schedule; succeeds if it does not exist. */
  remove: (dropId: number, kind: ScheduleKind) => Promise<void>;
  close: () => void;
};

export function createScheduler(options: {
  group: string;
  lambdaArn: string;
  roleArn: string;
  region: string;
  endpoint: string | undefined;
}): Scheduler {
  const { group: GroupName, lambdaArn, roleArn } = options;
  const client = new SchedulerClient(awsClient(options));
  return {
    async put(dropId, { kind, at, window }) {
      const schedule = {
        GroupName,
        Name: scheduleName(dropId, kind),
        ScheduleExpression: atExpression(at),
        ScheduleExpressionTimezone: 'UTC',
        FlexibleTimeWindow: { Mode: 'OFF' },
        ActionAfterCompletion: 'DELETE',
        Target: { Arn: lambdaArn, RoleArn: roleArn, Input: inputOf(dropId, kind, window) },
      } as const;
      try {
        await client.send(new CreateScheduleCommand(schedule));
      } catch (error) {
        if (!(error instanceof ConflictException)) throw error;
        await client.send(new UpdateScheduleCommand(schedule));
      }
    },
    async remove(dropId, kind) {
      try {
        await client.send(new DeleteScheduleCommand({ GroupName, Name: scheduleName(dropId, kind) }));
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException)) throw error;
      }
    },
    close: () => client.destroy(),
  };
}

/** Rounded up to whole seconds, since a call before the end of a window would find it still open. */
function atExpression(at: number): string {
  return `at(${new Date(Math.ceil(at / 1_000) * 1_000).toISOString().slice(0, 19)})`;
}

function inputOf(dropId: number, kind: ScheduleKind, { from, until }: Schedule['window']): string {
  const iso = (time: number) => new Date(time).toISOString();
  return JSON.stringify({
    direction: kind === 'up' ? 'up' : 'down',
    dropId,
    window: { from: iso(from), until: iso(until) },
  });
}
