/** A campus, or a phone network: the whole system with its usual limits, and buyers who do as the page does. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadDrop } from '../../../shared/drops/drop.ts';
import { questionFor } from '../../../shared/drops/question.ts';
import { eventually } from '../../../testing/eventually.ts';
import { startWebSystem, type WebSystem } from '../../../web/tests/start-web-system.ts';
import { Board } from '../../buyer/board.ts';
import { Buyer } from '../../buyer/buyer.ts';
import { openFrontDoor, type FrontDoor } from '../../buyer/front-door.ts';
import { inPortions } from '../../buyer/in-portions.ts';
import { makeBuyers } from '../../buyer/make-buyers.ts';
import { usualLimits } from '../../../shared/http/front-door-limits.ts';

let system: WebSystem;
let door: FrontDoor;
let forgersDoor: FrontDoor;
beforeAll(async () => {
  system = await startWebSystem({ limits: {} });
  door = openFrontDoor(system.url, 256);
  forgersDoor = openFrontDoor(system.url, 64);
}, 300_000);
afterAll(async () => {
  // After a failure they would go on for ever.
  patience.tries = 0;
  await door?.close();
  await forgersDoor?.close();
  await system?.stop();
}, 60_000);
jest.setTimeout(300_000);

const seats = { rows: 15, seatsPerRow: 20 };
const standbyLimit = 100;

/** As pages: they give up on a line that others share as little as on one that the buyer is alone in. */
const patience = { tries: Infinity, quietForMs: 2_000, askForMs: 60_000, pollStandbyMs: Infinity };

async function openPages(dropId: number, count: number, address: string) {
  const drop = (await loadDrop(system.db, dropId))!;
  const board = new Board();
  const identities = await makeBuyers(system.db, system.sessionKeys, count);
  const buyers = identities.map(
    (identity) =>
      new Buyer(
        { ...identity, address },
        {
          pressAfterMs: 0,
          twice: false,
          quantity: 1,
          withHold: { kind: 'pay', afterMs: 0, tokens: ['tok_approved'] },
          leaveStandbyAfterMs: undefined,
        },
        { door, dropId, board, patience },
      ),
  );
  await inPortions(
    buyers,
    32,
    (buyer) => buyer.arrive(),
    (error, buyer) => {
      board.error(`socket: ${(error as Error).message}`);
      void buyer.keepTrying();
    },
  );
  return {
    board,
    /** All press in the same moment; resolves when each knows what became of it. */
    async press(): Promise<Record<string, number>> {
      const done = new Set<Buyer>();
      const buying = buyers.map(async (buyer) => {
        const question = questionFor(drop, buyer.userId)!;
        await buyer.buy({ questionId: question.id, answer: question.answer });
        done.add(buyer);
      });
      const knows = (buyer: Buyer) => done.has(buyer) || buyer.told.length > 0;
      try {
        await eventually(() => buyers.every(knows), 120_000);
      } catch (error) {
        // What they still wait for says more than that they do.
        const left = buyers.filter((buyer) => !knows(buyer));
        const last = left
          .slice(0, 3)
          .map(({ presses, told, state }) => ({ press: presses.at(-1), tries: presses.length, told, state }));
        throw new Error(
          `${left.length} wait: ${JSON.stringify({ last, line: board.line(), errors: board.errors })}`,
          { cause: error },
        );
      }
      // Sold out is said at the door, or by the outcome to those who had got in before.
      const outcomes: Record<string, number> = {};
      for (const { told, presses } of buyers) {
        const atTheDoor = presses.at(-1)?.result === 'refused' ? 'sold_out' : 'none';
        const outcome = told[0]?.entry.status ?? atTheDoor;
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      }
      for (const buyer of buyers) buyer.dropIsOver();
      // Some may still be paying; what comes of it is another test's.
      await Promise.race([Promise.all(buying), sleep(20_000, undefined, { ref: false })]);
      for (const buyer of buyers) buyer.leavePage();
      return outcomes;
    },
  };
}

/** A thousand sessions that nobody signed, again and again for all that is to be had, as fast as they are answered. */
function forge(dropId: number, address: string) {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const tokens = Array.from({ length: 1_000 }, (_, index) =>
    [
      encode({ alg: 'HS256', typ: 'JWT' }),
      encode({ aud: 'session', sub: String(index + 1), role: 'shopper', exp: 4_000_000_000 }),
      randomBytes(32).toString('base64url'),
    ].join('.'),
  );
  const answers = { entries: new Map<number, number>(), general: new Map<number, number>() };
  const since = performance.now();
  const over = new AbortController();
  const lane = async (_: unknown, at: number): Promise<void> => {
    for (let each = at; !over.signal.aborted; each += 1) {
      const caller = { address, token: tokens[(each * 37) % tokens.length]! };
      const kind = each % 2 === 0 ? 'entries' : 'general';
      const { status } = await (kind === 'entries'
        ? forgersDoor.ask('POST', `/api/drops/${dropId}/entries`, caller, {})
        : forgersDoor.ask('GET', `/api/drops/${dropId}`, caller));
      answers[kind].set(status, (answers[kind].get(status) ?? 0) + 1);
    }
  };
  const lanes = Array.from({ length: 32 }, lane);
  const forgers = {
    answers,
    async stop() {
      over.abort();
      await Promise.all(lanes);
      return { seconds: (performance.now() - since) / 1000 };
    },
  };
  forging.push(forgers);
  return forgers;
}

/** Whoever still forges when a test is over is stopped. */
const forging: { stop(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(forging.splice(0).map((each) => each.stop()));
});

const refusals = (board: Board) => board.errors.filter(([what]) => /429|503/.test(what));
const newDrop = () =>
  system.drop({ sections: [{ name: 'Floor', ...seats }], standbyLimit, maxPerBuyer: 1, holdSeconds: 120 });

test('each gets an outcome, and a thousand forged sessions from elsewhere keep nobody waiting', async () => {
  const dropId = await newDrop();
  const pages = await openPages(dropId, 1_000, '198.18.0.1');
  const forgers = forge(dropId, '198.18.9.9');
  const outcomes = await pages.press();
  const { seconds } = await forgers.stop();

  expect(outcomes).toEqual({ held: 300, standby: standbyLimit, sold_out: 600 });
  // Not one of the buyers was told to come again.
  expect(refusals(pages.board)).toEqual([]);
  // And forgers got no further than their own address may come: a session of theirs opens nothing at all, ...
  const reached = (answers: Map<number, number>) =>
    [...answers].reduce((sum, [status, count]) => (status === 429 ? sum : sum + count), 0);
  const upperBound = ({ rate, burst }: { rate: number; burst: number }) => 1 + burst + rate * seconds;
  expect(reached(forgers.answers.entries)).toBeLessThanOrEqual(
    upperBound(usualLimits.entryPerAddressWithSession),
  );
  expect(forgers.answers.entries.get(202)).toBeUndefined();
  // ... and where none is needed they have what those have who show none.
  expect(reached(forgers.answers.general)).toBeLessThanOrEqual(upperBound(usualLimits.generalPerAddress));
});

test('forged sessions from their own address keep them waiting for as long as they come, and nobody elsewhere', async () => {
  const dropId = await newDrop();
  const here = await openPages(dropId, 200, '198.18.0.2');
  const elsewhere = await openPages(dropId, 100, '198.18.0.3');
  const forgers = forge(dropId, '198.18.0.2');
  // They have used up what this address may do at once.
  await eventually(() => (forgers.answers.entries.get(429) ?? 0) > 0, 60_000);
  const waiting = here.press();
  expect(await elsewhere.press()).toEqual({ held: 100 });
  expect(refusals(elsewhere.board)).toEqual([]);
  await sleep(2_000);
  await forgers.stop();
  // Their pages have gone on trying, and not one has given up.
  expect(await waiting).toEqual({ held: 200 });
});
