/** Plays a drop from its announcement until nothing happens any more. */
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadDrop, type Drop } from '../../shared/drops/drop.ts';
import { questionFor } from '../../shared/drops/question.ts';
import type { Inventory } from '../../shared/inventory/inventory.ts';
import type { KeyList } from '../../shared/auth/key-list.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import type { Board } from './board.ts';
import { Buyer, type Patience } from './buyer.ts';
import type { FrontDoor } from './front-door.ts';
import { inPortions } from './in-portions.ts';
import { makeBuyers } from './make-buyers.ts';
import { makePlan, type Scenario } from './plan.ts';
import { Random } from './random.ts';
import { CannotRun } from '../cli.ts';
import { createDrop, type CreatedDrop } from './create-drop.ts';
import { waitUntilQuiet } from './wait-until-quiet.ts';

export type PlayDropDeps = {
  door: FrontDoor;
  db: Database;
  inventory: Inventory;
  sessionKeys: KeyList;
  board: Board;
  say: (line: string) => void;
  patience?: Patience;
  /** Runs while buyers press; must end before the wait for quiet starts. Drills inject their faults here. */
  meanwhile?: (drop: Drop, opensAt: number) => Promise<void>;
  /** After its abort no further buyer presses. */
  stopPresses?: AbortSignal;
};

export type PlayedDrop = { drop: Drop; buyers: Buyer[]; quiet: boolean };

/** Buyers who open the page at the same time, and the expected arrivals per second. */
const arriving = { width: 48, perSecond: 350 };

export async function playDrop(deps: PlayDropDeps, options: Scenario): Promise<PlayedDrop> {
  const { door, db, inventory, sessionKeys, board, say, patience, meanwhile, stopPresses } = deps;
  const identities = await makeBuyers(db, sessionKeys, options.buyers);
  say(`${identities.length} buyers have sessions`);

  const opensInMs = 5_000 + (options.buyers / arriving.perSecond) * 1000;
  const created = await createDrop(door, options, opensInMs);
  const drop = await loadDrop(db, created.dropId);
  if (!drop)
    throw new CannotRun(
      `Drop ${created.dropId} is not in this system’s MySQL: does --url address another system?`,
    );
  say(`drop ${drop.id}: ${drop.capacity} seats, opens in ${(opensInMs / 1000).toFixed(0)} s`);

  if (stopPresses) setMaxListeners(0, stopPresses); // one per buyer
  const buyers = identities.map((identity, index) => {
    const random = new Random(options.seed ^ Math.imul(index + 1, 0x9e3779b1));
    return new Buyer(identity, makePlan(options, random), {
      door,
      dropId: drop.id,
      organizer: created.organizer,
      pricing: drop,
      board,
      ...(patience && { patience }),
    });
  });
  const questions = await arriveAndRead(buyers, created, deps);
  say(`${board.connected} watch the drop, ${board.questionsRead} have read their question`);

  const buying = buyers.map(async (buyer) => {
    const pressAfterMs = Math.max(0, created.opensAt - Date.now()) + buyer.pressAfterMs;
    await sleep(pressAfterMs, undefined, { signal: stopPresses }).catch(() => {});
    if (stopPresses?.aborted) return;
    await buyer.buy(questions.get(buyer) ?? ownQuestion(drop, buyer.userId));
  });
  const lastPress = Math.max(0, created.opensAt - Date.now()) + options.burst * 1000;
  const pressing = sleep(lastPress, undefined, { signal: stopPresses }).catch(() => {});
  // Awaited together, so that a failure of `meanwhile` surfaces when it happens.
  await Promise.all([
    pressing.then(() => say('all buyers have pressed')),
    meanwhile?.(drop, created.opensAt),
  ]);

  const quiet = await waitUntilQuiet(
    {
      inventory,
      db,
      drop,
      isAnybodyBusy: () => buyers.some(({ busy }) => busy),
      progress: () => `${board.progress} ${buyers.filter(({ busy }) => busy).length}`,
    },
    { stillMs: 120_000 + options.holdSeconds * 2_000, longestMs: 900_000 },
  );
  for (const buyer of buyers) buyer.dropIsOver();
  if (quiet) await Promise.all(buying);
  say(quiet ? 'the drop is quiet' : 'the drop did not become quiet');
  return { drop, buyers, quiet };
}

type Question = { questionId: number; answer: string };

/**
 * Every buyer opens the page: connects a socket and, unless the drop is about to open, reads the question over HTTP.
 */
async function arriveAndRead(
  buyers: readonly Buyer[],
  { dropId, opensAt, answers }: CreatedDrop,
  { door, board }: PlayDropDeps,
): Promise<Map<Buyer, Question>> {
  const questions = new Map<Buyer, Question>();
  const arrive = async (buyer: Buyer) => {
    await buyer.arrive();
    if (Date.now() > opensAt - 500) return;
    const answer = await door.ask('GET', `/api/drops/${dropId}`, buyer.identity);
    const question = answer.body['question'] as { id: number; text: string } | undefined;
    if (answer.status !== 200 || !question) {
      board.error(`question: ${answer.status} ${answer.code ?? ''}`.trim());
      return;
    }
    questions.set(buyer, { questionId: question.id, answer: answers.get(question.text) ?? '' });
    board.questionsRead += 1;
  };
  await inPortions(buyers, arriving.width, arrive, (error, buyer) => {
    board.error(`socket: ${(error as Error).message}`);
    void buyer.keepTrying();
  });
  return questions;
}

/** The question that this buyer would have read. */
function ownQuestion(drop: Drop, userId: number): Question {
  const question = questionFor(drop, userId);
  return { questionId: question?.id ?? 0, answer: question?.answer ?? '' };
}
