import { DescribeDBInstancesCommand, ModifyDBInstanceCommand, type RDSClient } from '@aws-sdk/client-rds';
import { wantedOf, type Direction, type Pair, type Plan } from './change.ts';

/** Scales read replicas by instance class, since AWS cannot stop a replica. See docs/decisions/024. */
export async function planDbReplicas(
  client: RDSClient,
  replicas: readonly Pair<string>[],
  direction: Direction,
): Promise<Plan> {
  const plan: Plan = { changes: [], faults: [] };
  for (const pair of replicas) {
    const DBInstanceIdentifier = pair.name;
    const wanted = wantedOf(pair, direction);
    try {
      const { DBInstances: [replica] = [] } = await client.send(
        new DescribeDBInstancesCommand({ DBInstanceIdentifier }),
      );
      const {
        DBInstanceClass = 'unknown',
        DBInstanceStatus = 'unknown',
        PendingModifiedValues,
      } = replica ?? {};
      // A primary that changes its class is unavailable for minutes, so only people may decide that.
      if (replica?.ReadReplicaSourceDBInstanceIdentifier === undefined)
        throw new Error('it is not a read replica');
      if ((PendingModifiedValues?.DBInstanceClass ?? DBInstanceClass) === wanted) continue;
      if (DBInstanceStatus !== 'available') throw new Error(`it is ${DBInstanceStatus}`);
      plan.changes.push({
        description: `change database replica ${pair.name} from ${DBInstanceClass} to ${wanted}`,
        apply: () =>
          client.send(
            new ModifyDBInstanceCommand({
              DBInstanceIdentifier,
              DBInstanceClass: wanted,
              ApplyImmediately: true,
            }),
          ),
      });
    } catch (error) {
      plan.faults.push(
        new Error(`database replica ${pair.name}: ${(error as Error).message}`, { cause: error }),
      );
    }
  }
  return plan;
}
