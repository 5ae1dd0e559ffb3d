/** Many buyers behind one address (a campus, a phone network): the whole system with its default limits. */
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
  // Otherwise buyers would retry forever after a failed test.
  patience.tries = 0;
  await door?.close();
  await forgersDoor?.close();
  await system?.stop();
}, 60_000);
jest.setTimeout(300_000);

const seats = { rows: 15, seatsPerRow: 20 };
const standbyLimit = 100;

/** Like the page, buyers never stop retrying, on a shared address or not. */
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
          giveBack: undefined,
        },
        { door, dropId, organizer: identity, pricing: drop, board, patience },
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
    /** All press at the same moment. Resolves when each knows its outcome, with the number of buyers by outcome. */
    async press(): Promise<Record<string, number>> {
      const done = new Set<Buyer>();
      const buying = buyers.map(async (buyer) => {
        const question = questionFor(drop, buyer.userId)!;
        await buyer.buy({ questionId: question.id, answer: question.answer });
        done.add(buyer);
      });
      const knowsOutcome = (buyer: Buyer) => done.has(buyer) || buyer.told.length > 0;
      try {
        await eventually(() => buyers.every(knowsOutcome), 120_000);
      } catch (error) {
        // The state of some waiting buyers makes the failure readable.
        const waiting = buyers.filter((buyer) => !knowsOutcome(buyer));
        const examples = waiting
          .slice(0, 3)
          .map(({ presses, told, state }) => ({ press: presses.at(-1), tries: presses.length, told, state }));
        throw new Error(
          `${waiting.length} buyers still wait: ${JSON.stringify({ examples, line: board.line(), errors: board.errors })}`,
          { cause: error },
        );
      }
      // Sold out is a refusal of the entry, or the outcome of an entry that was accepted before.
      const outcomes: Record<string, number> = {};
      for (const { told, presses } of buyers) {
        const refusal = presses.at(-1)?.result === 'refused' ? 'sold_out' : 'none';
        const outcome = told[0]?.entry.status ?? refusal;
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      }
      for (const buyer of buyers) buyer.dropIsOver();
      // Some may still be paying; the result is not tested here.
      await Promise.race([Promise.all(buying), sleep(20_000, undefined, { ref: false })]);
      for (const buyer of buyers) buyer.leavePage();
      return outcomes;
    },
  };
}

/** Sends requests with a thousand forged sessions from one address, as fast as they are answered. */
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
  const stopping = new AbortController();
  const lane = async (_: unknown, start: number): Promise<void> => {
    for (let each = start; !stopping.signal.aborted; each += 1) {
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
      stopping.abort();
      await Promise.all(lanes);
      return { seconds: (performance.now() - since) / 1000 };
    },
  };
  forging.push(forgers);
  return forgers;
}

/** Forgers that `afterEach` stops, also after a failed test. */
const forging: { stop(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(forging.splice(0).map((each) => each.stop()));
});

const refusals = (board: Board) => board.errors.filter(([kind]) => /429|503/.test(kind));
const newDrop = () =>
  system.drop({ sections: [{ name: 'Floor', ...seats }], standbyLimit, maxPerBuyer: 1, holdSeconds: 120 });

test('a thousand buyers at one address all get an outcome, and forged sessions from another address delay none', async () => {
  const dropId = await newDrop();
  const pages = await openPages(dropId, 1_000, '198.18.0.1');
  const forgers = forge(dropId, '198.18.9.9');
  const outcomes = await pages.press();
  const { seconds } = await forgers.stop();

  expect(outcomes).toEqual({ held: 300, standby: standbyLimit, sold_out: 600 });
  // No buyer was told to retry.
  expect(refusals(pages.board)).toEqual([]);
  // Forgers got no more than the limits of their own address: entries with a forged session are never accepted, ...
  const reached = (answers: Map<number, number>) =>
    [...answers].reduce((sum, [status, count]) => (status === 429 ? sum : sum + count), 0);
  const upperBound = ({ rate, burst }: { rate: number; burst: number }) => 1 + burst + rate * seconds;
  expect(reached(forgers.answers.entries)).toBeLessThanOrEqual(
    upperBound(usualLimits.entryPerAddressWithSession),
  );
  expect(forgers.answers.entries.get(202)).toBeUndefined();
  // ... and calls that need no session are limited as those without one.
  expect(reached(forgers.answers.general)).toBeLessThanOrEqual(upperBound(usualLimits.generalPerAddress));
});

test('forged sessions delay buyers at the same address only while they last, and none at other addresses', async () => {
  const dropId = await newDrop();
  const here = await openPages(dropId, 200, '198.18.0.2');
  const elsewhere = await openPages(dropId, 100, '198.18.0.3');
  const forgers = forge(dropId, '198.18.0.2');
  // The forgers have used up the burst of this address.
  await eventually(() => (forgers.answers.entries.get(429) ?? 0) > 0, 60_000);
  const waiting = here.press();
  expect(await elsewhere.press()).toEqual({ held: 100 });
  expect(refusals(elsewhere.board)).toEqual([]);
  await sleep(2_000);
  await forgers.stop();
  // The pages have kept retrying, and none has given up.
  expect(await waiting).toEqual({ held: 200 });
});
