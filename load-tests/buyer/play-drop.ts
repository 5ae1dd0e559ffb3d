/** Plays a drop from its announcement to the moment when nothing is going on any more. */
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
  /** Goes on beside the presses, and ends before it is waited for quiet: a drill breaks things here. */
  meanwhile?: (drop: Drop, opensAt: number) => Promise<void>;
  /** Once it is aborted, those who have not pressed yet do not press any more. */
  enough?: AbortSignal;
};

export type PlayedDrop = { drop: Drop; buyers: Buyer[]; quiet: boolean };

/** How many buyers open the page at the same time, and how many of them are expected to get done in a second. */
const arriving = { width: 48, perSecond: 350 };

export async function playDrop(deps: PlayDropDeps, options: Scenario): Promise<PlayedDrop> {
  const { door, db, inventory, sessionKeys, board, say, patience, meanwhile, enough } = deps;
  const identities = await makeBuyers(db, sessionKeys, options.buyers);
  say(`${identities.length} buyers have sessions`);

  const opensInMs = 5_000 + (options.buyers / arriving.perSecond) * 1000;
  const created = await createDrop(door, options, opensInMs);
  const drop = await loadDrop(db, created.dropId);
  if (!drop)
    throw new CannotRun(
      `Drop ${created.dropId} is not in this system’s MySQL: does --url lead to another one?`,
    );
  say(`drop ${drop.id}: ${drop.capacity} seats, opens in ${(opensInMs / 1000).toFixed(0)} s`);

  if (enough) setMaxListeners(0, enough); // one per buyer
  const all = identities.map((identity, index) => {
    const random = new Random(options.seed ^ Math.imul(index + 1, 0x9e3779b1));
    return new Buyer(identity, makePlan(options, random), {
      door,
      dropId: drop.id,
      board,
      ...(patience && { patience }),
    });
  });
  const questions = await arriveAndRead(all, created, deps);
  say(`${board.connected} watch the drop, ${board.asked} have read their question`);

  const buying = all.map(async (buyer) => {
    const pressAfterMs = Math.max(0, created.opensAt - Date.now()) + buyer.pressAfterMs;
    await sleep(pressAfterMs, undefined, { signal: enough }).catch(() => {});
    if (enough?.aborted) return;
    await buyer.buy(questions.get(buyer) ?? ownQuestion(drop, buyer.userId));
  });
  const lastPress = Math.max(0, created.opensAt - Date.now()) + options.burst * 1000;
  const pressing = sleep(lastPress, undefined, { signal: enough }).catch(() => {});
  // Together, so that a fault in what goes on beside is met when it happens.
  await Promise.all([pressing.then(() => say('all have pressed')), meanwhile?.(drop, created.opensAt)]);

  const quiet = await waitUntilQuiet(
    {
      inventory,
      db,
      drop,
      isAnybodyBusy: () => all.some(({ busy }) => busy),
      progress: () => `${board.progress} ${all.filter(({ busy }) => busy).length}`,
    },
    { stillMs: 120_000 + options.holdSeconds * 2_000, longestMs: 900_000 },
  );
  for (const buyer of all) buyer.dropIsOver();
  if (quiet) await Promise.all(buying);
  say(quiet ? 'nothing goes on any more' : 'the sale did not become quiet');
  return { drop, buyers: all, quiet };
}

type Question = { questionId: number; answer: string };

/** Each opens the page: a socket, and the question over HTTP, until the drop opens. */
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
    board.asked += 1;
  };
  await inPortions(buyers, arriving.width, arrive, (error, buyer) => {
    board.error(`socket: ${(error as Error).message}`);
    void buyer.keepTrying();
  });
  return questions;
}

/** What the buyer would have read. */
function ownQuestion(drop: Drop, userId: number): Question {
  const question = questionFor(drop, userId);
  return { questionId: question?.id ?? 0, answer: question?.answer ?? '' };
}
