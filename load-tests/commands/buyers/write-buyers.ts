import { once } from 'node:events';
import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { loadDrop, type Drop } from '../../../shared/drops/drop.ts';
import { questionFor } from '../../../shared/drops/question.ts';
import type { KeyList } from '../../../shared/auth/key-list.ts';
import type { Database } from '../../../shared/mysql/connect.ts';
import { formatOf, pieces, type TestBuyer } from '../../k6/plain/buyers-file.ts';
import { buyersInPortions, type Identity } from '../../buyer/make-buyers.ts';
import { CannotRun } from '../../cli.ts';

export type WriteBuyersOptions = { count: number; out: string; dropId?: number | undefined };

/**
 * Makes buyers and writes them to a file that only its owner may read, a thousand at a time. The file appears only
 * when it is complete.
 * @throws {CannotRun} if there is no such drop
 */
export async function writeBuyers(
  { db, sessionKeys }: { db: Database; sessionKeys: KeyList },
  { count, out, dropId }: WriteBuyersOptions,
  onProgress: (made: number) => void,
): Promise<void> {
  const drop = dropId === undefined ? undefined : await loadDrop(db, dropId);
  if (dropId !== undefined && !drop) throw new CannotRun(`There is no drop ${dropId}`);
  const { start, buyer, end } = pieces[formatOf(out)];
  const unfinished = `${out}.part`;
  const file = createWriteStream(unfinished, { mode: 0o600 });
  try {
    // Fails before any buyer is made if the file cannot be written.
    await once(file, 'open');
    file.write(start);
    let made = 0;
    for await (const portion of buyersInPortions(db, sessionKeys, count)) {
      const lines = portion.map((identity, index) => buyer(withAnswer(identity, drop), made + index === 0));
      if (!file.write(lines.join(''))) await once(file, 'drain');
      made += portion.length;
      onProgress(made);
    }
    file.end(end);
    await finished(file);
    renameSync(unfinished, out);
  } catch (error) {
    file.destroy();
    rmSync(unfinished, { force: true });
    throw error;
  }
}

function withAnswer(identity: Identity, drop: Drop | undefined): TestBuyer {
  const question = drop && questionFor(drop, identity.userId);
  return { ...identity, ...(question && { questionId: question.id, answer: question.answer }) };
}
