import { DescribeDBInstancesCommand, ModifyDBInstanceCommand, type RDSClient } from '@aws-sdk/client-rds';
import { planEach, type Direction, type Pair, type Plan } from './change.ts';

/** Scales read replicas by instance class, since AWS cannot stop a replica. See docs/decisions/024. */
export function planDbReplicas(
  client: RDSClient,
  pairs: readonly Pair<string>[],
  direction: Direction,
): Promise<Plan> {
  return planEach({ kind: 'database replica', pairs, direction }, async (name, wanted) => {
    const { DBInstances: [replica] = [] } = await client.send(
      new DescribeDBInstancesCommand({ DBInstanceIdentifier: name }),
    );
    const {
      DBInstanceClass = 'unknown',
      DBInstanceStatus = 'unknown',
      PendingModifiedValues,
    } = replica ?? {};
    // A primary that changes its class is unavailable for minutes, so only people may decide that.
    if (replica?.ReadReplicaSourceDBInstanceIdentifier === undefined)
      throw new Error('it is not a read replica');
    if ((PendingModifiedValues?.DBInstanceClass ?? DBInstanceClass) === wanted) return undefined;
    if (DBInstanceStatus !== 'available') throw new Error(`it is ${DBInstanceStatus}`);
    const change = { DBInstanceIdentifier: name, DBInstanceClass: wanted, ApplyImmediately: true };
    return {
      description: `change database replica ${name} from ${DBInstanceClass} to ${wanted}`,
      apply: () => client.send(new ModifyDBInstanceCommand(change)),
    };
  });
}
