/** `npm run rebuild -- DROP`: restores a drop that Redis has lost. */
import { createLog } from '../shared/tier/log.ts';
import { rebuildDrop, type RebuiltPartition } from './rebuild-drop.ts';
import { runCommand } from './run-command.ts';
import { CannotRun, connectSystem } from './system.ts';

const help = `npm run rebuild -- DROP [--force]

For a drop whose keys Redis has lost (not for the failover of one node: its replica takes over by itself). Seats,
holds, standby in its order and the outcomes of the latest batches come from the archived ledger; newer orders and
payments come from MySQL. Only missing partitions are touched. What cannot be restored is listed. Then all parked
messages are sent again, so that entries parked meanwhile are decided; those that still fail are parked again.

  --force          also replace partitions that Redis has; their latest records are archived first. Pause the drop
  --help           this text

Exit code 0: done; 1: nothing was done, with the reason; 2: wrong usage. The system is the one that \`npm start\` runs,
or the one that MYSQL_URL, REDIS_NODES, NAMESPACE, AMQP_URL and ENTRY_QUEUES name.
`;

await runCommand(help, ['force'], async (dropId, given) => {
  const system = await connectSystem();
  try {
    const drop = await system.drop(dropId);
    const rebuilt = await rebuildDrop({ ...system, log: createLog('rebuild', 'silent') }, drop, {
      force: given.has('force'),
    });
    switch (rebuilt.kind) {
      case 'present':
        throw new CannotRun(`Redis has drop ${dropId}: nothing was done. --force replaces it.`);
      case 'nothing_to_go_by':
        throw new CannotRun(`Nothing of drop ${dropId} is archived: nothing was done.`);
      case 'rebuilt':
        for (const partition of rebuilt.partitions) console.log(describe(partition));
        console.log('Not restored:');
        for (const each of [...rebuilt.notRestored, ...rebuilt.partitions.map(unknownSince)])
          console.log(`  - ${each}`);
        console.log('  - the count of entries that publishers accepted, which is only shown');
        console.log(describeParked(await system.resendParked()));
        console.log(`Now: npm run verify-ledger -- ${dropId}`);
        return 0;
    }
  } finally {
    await system.close();
  }
});

function describe({ partition, upTo, free, held, paying, sold, standby }: RebuiltPartition): string {
  const seats = `${free} seats free, ${held} held, ${paying} being paid, ${sold} sold; ${standby} in standby`;
  return `partition ${partition}: restored up to record ${upTo.seq} of ${new Date(upTo.at).toISOString()}: ${seats}`;
}

function describeParked(sent: { resent: number; left: number } | undefined): string {
  if (!sent)
    return (
      'NOT sent again, because no broker answers: the batches that were parked meanwhile. Their buyers wait for an ' +
      'outcome until an admin sends them: POST /api/parked/resend, or the page of failed messages'
    );
  const { resent, left } = sent;
  const rest = left > 0 ? `; ${left} are still parked: GET /api/parked says why` : '';
  return `Sent again: ${resent} parked messages${rest}`;
}

function unknownSince({ partition, upTo }: RebuiltPartition): string {
  const since = new Date(upTo.at).toISOString();
  return `partition ${partition}: holds, places in standby and outcomes given after ${since} and not archived; a buyer with a checkout token gets such a hold back if its seats are still free`;
}
