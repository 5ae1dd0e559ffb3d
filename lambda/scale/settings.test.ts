import { scaleSettings } from './settings.ts';

const faultsOf = (env: Record<string, string>) =>
  scaleSettings
    .safeParse({ SCHEDULE_GROUP: 'seatdrop', ...env })
    .error?.issues.map(({ message }) => message) ?? [];

test('each part may be named or not, but there must be one', () => {
  expect(faultsOf({ EC2_TAG: 'runs=at-sales' })).toEqual([]);
  expect(faultsOf({ AUTO_SCALING_GROUPS: 'a=0:2,b=1:1' })).toEqual([]);
  expect(faultsOf({})).toEqual([expect.stringContaining('there is nothing to scale')]);
});

test.each([
  [{ AUTO_SCALING_GROUPS: 'publisher=6' }, 'must be name=rest:drop'],
  [{ AUTO_SCALING_GROUPS: 'publisher=a:b' }, 'must be name=rest:drop'],
  [{ AUTO_SCALING_GROUPS: 'publisher=6:1' }, 'publisher would be smaller during a drop than at rest'],
  [{ REPLICATION_GROUPS: 'seatdrop=db.m7g.large:db.m7g.xlarge' }, 'must be name=rest:drop'],
  [{ DB_REPLICAS: 'replica=db.m7g.large' }, 'must be name=rest:drop'],
  [{ EC2_TAG: 'at-sales' }, 'must be name=value'],
])('%o is refused', (env, fault) => {
  expect(faultsOf(env).join()).toContain(fault);
});
