/** `npm run rebuild -- DROP`: gives Redis back a drop that it has lost. */
import { createLog } from '../shared/tier/log.ts';
import { rebuildDrop, type RebuiltPartition } from './rebuild-drop.ts';
import { runCommand } from './run-command.ts';
import { CannotRun, connectSystem } from './system.ts';

const help = `npm run rebuild -- DROP [--force]

For a drop whose keys Redis has lost (not for one node's failover: its replica takes over by itself). Seats, holds,
standby in its order, and the outcomes of the latest batches come from the archived ledger; orders and payments that
are newer from MySQL. Only partitions that are missing are touched. What cannot be restored is listed. Then the batches that
were parked meanwhile are sent again, to be decided: all that is parked, and what cannot be handled is parked anew.

  --force          replace partitions that Redis has, too; what they have recorded is archived first. Pause the drop
  --help           this text

Exit code 0: done; 1: nothing was done, and why; 2: wrong usage. The system is the one that \`npm start\` runs, or the
one that MYSQL_URL, REDIS_NODES, NAMESPACE, AMQP_URL and ENTRY_QUEUES name.
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
  const seats = `${free} seats free, ${held} held, ${paying} being paid, ${sold} sold; ${standby} stand by`;
  return `partition ${partition}: restored up to record ${upTo.seq} of ${new Date(upTo.at).toISOString()}: ${seats}`;
}

function describeParked(sent: { resent: number; left: number } | undefined): string {
  if (!sent)
    return (
      'NOT sent again: the batches that were parked meanwhile, as no broker answers. Their buyers wait for an outcome ' +
      'until an admin does: POST /api/parked/resend, or the page of parked messages'
    );
  const { resent, left } = sent;
  const rest = left > 0 ? `; ${left} are parked still: GET /api/parked says why` : '';
  return `Sent again: ${resent} parked messages${rest}`;
}

function unknownSince({ partition, upTo }: RebuiltPartition): string {
  const since = new Date(upTo.at).toISOString();
  return `partition ${partition}: holds, places in standby and outcomes given after ${since} and not archived; a buyer with a checkout token gets such a hold back if its seats are still free`;
}
