/** `npm run verify-ledger -- DROP`: proves from the ledger that the rules held for a drop, or shows a violation. */
import { createReport, type Rule } from './violation.ts';
import { runCommand } from './run-command.ts';
import { connectSystem } from './system.ts';
import { verifyDrop } from './verify-drop.ts';

const help = `npm run verify-ledger -- DROP [--strict] [--json]

Replays everything that was ever recorded of the drop, from the archive in MySQL and from Redis, and checks at every
step that seats add up, no seat has two owners, every accepted entry has one outcome, entries are decided in order and
holds only make allowed transitions; then that Redis and MySQL agree with the ledger, and that the archive is as it was
written. May be run while the drop is open. docs/ledger.md says what it cannot see.

Exit code 0: all rules held; 1: a rule was broken (the record is shown), or the system does not answer; 2: wrong
usage. The system is the one that \`npm start\` runs, or the one that MYSQL_URL, REDIS_NODES and NAMESPACE name.

  --strict         a missing batch number of a publisher is a violation, too. The broker may have refused the batch, and
                   its buyers got 503, or it may be parked; if you know that neither is the case, it was lost
  --json           print the result as JSON
  --help           this text
`;

const claims: [string, readonly Rule[]][] = [
  ['a seat has at most one owner; sold seats are those of paid orders', ['1 one owner', '5 money']],
  ['free, held and sold seats add up to the capacity at every step', ['2 seats add up']],
  ['every decided entry has one outcome, every buyer one live hold', ['3 one outcome']],
  ['batches of a publisher, seats and standby are in order', ['4 in order']],
  ['every hold ended, or is live in Redis and not overdue', ['5 holds end']],
  ['the archive is complete and as it was written', ['the books', 'nothing left over']],
];

/** Violations that are printed; one broken record can cause many more. */
const maxPrinted = 20;

await runCommand(help, ['strict', 'json'], async (dropId, given) => {
  const since = performance.now();
  const system = await connectSystem();
  try {
    const drop = await system.drop(dropId);
    const { violations, report } = createReport();
    let shown = since;
    const verified = await verifyDrop(system, drop, report, ({ partition, records, entries }) => {
      if (performance.now() - shown < 1_000) return;
      shown = performance.now();
      const seconds = ((shown - since) / 1000).toFixed(0);
      console.error(
        `${seconds.padStart(4)} s  partition ${partition}: ${records} records, ${entries} entries`,
      );
    });
    if (given.has('strict') && verified.missingBatches > 0)
      report('3 one outcome', `${verified.missingBatches} batches were never decided`, {});
    const seconds = Number(((performance.now() - since) / 1000).toFixed(1));
    if (given.has('json')) {
      console.log(JSON.stringify({ dropId, seconds, ...verified, violations }, null, 2));
      return violations.length === 0 ? 0 : 1;
    }
    const { records, archived, entries, heads, notes } = verified;
    console.log(
      `drop ${dropId}: ${records} records (${archived} archived) of ${entries} entries, checked in ${seconds} s`,
    );
    const broken = new Set(violations.map(({ rule }) => rule));
    for (const [claim, rules] of claims)
      console.log(`${rules.some((rule) => broken.has(rule)) ? '✗' : '✓'} ${claim}`);
    for (const { partition, seq, hash } of heads)
      console.log(`  partition ${partition} is archived up to record ${seq}, hash ${hash}`);
    for (const note of notes) console.log(`  note: ${note}`);
    for (const { rule, what, record } of violations.slice(0, maxPrinted))
      console.log(`✗ ${rule}: ${what}\n    ${JSON.stringify(record)}`);
    if (violations.length > maxPrinted) console.log(`... and ${violations.length - maxPrinted} more`);
    return violations.length === 0 ? 0 : 1;
  } finally {
    await system.close();
  }
});
