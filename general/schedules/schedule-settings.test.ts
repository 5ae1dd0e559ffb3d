import { captureLog } from '../../testing/captured-log.ts';
import { chooseScheduler, scheduleSettings } from './schedule-settings.ts';

const all = {
  SCHEDULE_GROUP: 'seatdrop',
  SCALE_LAMBDA_ARN: 'arn:aws:lambda:eu-central-1:123456789012:function:scale',
  SCHEDULER_ROLE_ARN: 'arn:aws:iam::123456789012:role/seatdrop-scheduler',
  AWS_REGION: 'eu-central-1',
};
const faultsOf = (env: Record<string, string | undefined>) =>
  scheduleSettings.safeParse(env).error?.issues.map(({ path }) => path.join('.')) ?? [];

test('all or none', () => {
  expect(faultsOf({})).toEqual([]);
  expect(faultsOf(all)).toEqual([]);
  for (const name of Object.keys(all)) expect(faultsOf({ ...all, [name]: undefined })).toEqual([name]);
  // The mail queue needs a region too.
  expect(faultsOf({ AWS_REGION: 'eu-central-1' })).toEqual([]);
});

test('what is no name, ARN or time is refused', () => {
  expect(
    faultsOf({
      ...all,
      SCHEDULE_GROUP: 'a group',
      SCALE_LAMBDA_ARN: 'scale',
      SCHEDULER_ROLE_ARN: all.SCALE_LAMBDA_ARN,
      SCALE_UP_BEFORE: '0',
    }),
  ).toEqual(['SCHEDULE_GROUP', 'SCALE_LAMBDA_ARN', 'SCHEDULER_ROLE_ARN', 'SCALE_UP_BEFORE']);
});

test('with none nothing is scheduled, which is said once', () => {
  const { log, lines } = captureLog();
  expect(chooseScheduler(scheduleSettings.parse({}), log)).toBeUndefined();
  expect(lines.map(({ msg }) => msg)).toEqual([
    'SCHEDULE_GROUP is not set: capacity is not scaled for drops',
  ]);
});
