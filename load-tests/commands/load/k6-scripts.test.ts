/** Runs the scripts with the real k6 against the whole system. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findK6 } from '../../../local/tools/k6.ts';
import type { NewDrop } from '../../../shared/contract/drops.ts';
import { eventually } from '../../../testing/eventually.ts';
import { startWebSystem, type WebSystem } from '../../../web/tests/start-web-system.ts';
import { rules, type RuleName } from '../../k6/plain/rules.ts';
import type { RunData } from '../../k6/plain/summary.ts';
import { openLyingDoor, type Lie } from '../../../testing/load-tests/lying-door.ts';
import { writeBuyers } from '../buyers/write-buyers.ts';

const scripts = resolve(import.meta.dirname, '../../k6');

/** Latency thresholds that always pass: the speed of the test machine is not tested. */
const anyTime = { P95_MS: '60000', P99_MS: '60000' };

type Run = Awaited<ReturnType<typeof load>>;

let k6: string;
let system: WebSystem;
let dir: string;
let entries: Run;
let sockets: Run;
let journey: Run;
let free: Run;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'seatdrop-k6-'));
  k6 = await findK6(() => {});
  system = await startWebSystem();
  // Run in parallel, because they mostly wait.
  [entries, sockets, journey, free] = await Promise.all([
    load('entries', 41, { RATE: '20', DURATION: '2s', FAILED: '0', ...anyTime }),
    // Longer than the ping interval of 25 s.
    load('sockets', 60, {
      CONNECTIONS: '60',
      OPEN_RATE: '60',
      VUS: '2',
      DURATION: '27s',
      LOST: '0',
      ...anyTime,
    }),
    load(
      'journey',
      31,
      {
        RATE: '15',
        DURATION: '2s',
        DECLINE: '20',
        LAPSE: '20',
        LEAVE: '20',
        POLL_MS: '300',
        STANDBY_FOR: '15s',
        GAVE_UP: '0',
        ...anyTime,
      },
      { sections: [{ name: 'Floor', rows: 3, seatsPerRow: 10 }], standbyLimit: 8 },
    ),
    load(
      'journey',
      6,
      { RATE: '5', DURATION: '1s', DECLINE: '50', LAPSE: '0', LEAVE: '0', GAVE_UP: '0', ...anyTime },
      { price: { amount: 0, currency: 'EUR' } },
    ),
  ]);
}, 600_000);
afterAll(async () => {
  await system?.stop();
  rmSync(dir, { recursive: true, force: true });
}, 60_000);
jest.setTimeout(120_000);

let files = 0;

/** Runs a script with its own drop and buyers. `code` 99: a threshold was missed. */
async function load(
  script: string,
  buyers: number,
  settings: Record<string, string>,
  terms?: Partial<NewDrop>,
) {
  // Creating drops at the same time can fail briefly.
  const dropId = await eventually(() => system.drop({ holdSeconds: 5, ...terms }));
  const probe = await system.person();
  await eventually(() => takesEntries(dropId, probe));
  const file = join(dir, `${(files += 1)}`);
  await writeBuyers(system, { count: buyers, out: `${file}.csv`, dropId }, () => {});
  const summary = `${file}.summary.json`;
  const env = {
    BASE_URL: system.url,
    DROP: String(dropId),
    BUYERS: `${file}.csv`,
    SUMMARY_JSON: summary,
    ...settings,
  };
  const set = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  const args = ['run', '--quiet', '--no-usage-report', ...set, join(scripts, `${script}.ts`)];
  const { code, output } = await new Promise<{ code: number; output: string }>((done) => {
    execFile(k6, args, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });
  const read = () => JSON.parse(readFileSync(summary, 'utf8')) as RunData;
  return {
    code,
    output,
    count: (metric: string) => read().metrics[metric]?.values['count'] ?? 0,
    checks: () => read().root_group.checks,
  };
}

/** Whether publishers know that the drop is open: they learn of a new one a moment later, and k6 does not try again. */
async function takesEntries(
  dropId: number,
  { ask }: Awaited<ReturnType<WebSystem['person']>>,
): Promise<boolean> {
  const { question } = await ask<{ question: { id: number } }>('GET', `/drops/${dropId}`);
  const wrong = { questionId: question.id, answer: 'none of them', quantity: 1 };
  const refused = await ask('POST', `/drops/${dropId}/entries`, wrong).catch(String);
  return String(refused).includes('wrong_answer');
}

test('every entry that is sent is accepted', () => {
  expect([entries.output, entries.code]).toEqual([expect.stringContaining('thresholds were met'), 0]);
  // On a busy machine k6 starts fewer than 20 iterations per second.
  expect(entries.count('entries_accepted')).toBeGreaterThan(0);
  expect(entries.count('entries_accepted')).toBe(entries.count('iterations'));
});

test('sockets watch the drop, stay open and answer pings', () => {
  expect([sockets.output, sockets.code]).toEqual([expect.stringContaining('thresholds were met'), 0]);
  expect(sockets.count('sockets_watching')).toBe(60);
  expect(sockets.count('pings_answered')).toBeGreaterThanOrEqual(60);
});

test('journeys end in orders, lapsed holds and standby, and every rule is checked', () => {
  expect([journey.output, journey.code]).toEqual([expect.stringContaining('thresholds were met'), 0]);
  const reached = ['orders_paid', 'cards_declined', 'holds_lapsed', 'holds_given_back', 'holds_from_standby'];
  for (const metric of ['outcome_held', 'outcome_standby', ...reached])
    expect([metric, journey.count(metric) > 0]).toEqual([metric, true]);
  // Buyers who come after sell-out are refused at once, or decided as sold_out if publishers do not know yet.
  expect(journey.count('outcome_sold_out') + journey.count('entries_too_late')).toBeGreaterThan(0);
  const checked = journey.checks().map(({ name }) => name);
  expect(checked.toSorted()).toEqual(Object.values(rules).toSorted());
});

test('where seats cost nothing, journeys end in orders without a card', () => {
  expect([free.output, free.code]).toEqual([expect.stringContaining('thresholds were met'), 0]);
  expect(free.count('orders_paid')).toBe(free.count('outcome_held'));
  expect(free.count('orders_paid')).toBeGreaterThan(0);
  expect(free.count('cards_declined')).toBe(0);
});

const isEntry = (path: string) => path.endsWith('/entry');
const isOrder = (path: string) => path.startsWith('/api/orders/');

const lies: [string, RuleName, Lie][] = [
  [
    'an entry is answered 202 and thrown away',
    'outcome',
    async ({ path }, truth) =>
      path.endsWith('/entries') ? { status: 202, body: { status: 'queued' } } : truth(),
  ],
  [
    'every answer names other seats',
    'oneHold',
    async ({ path }, truth) => {
      const answer = await truth();
      const isHold = isEntry(path) && answer.body['status'] === 'held';
      return isHold
        ? { ...answer, body: { ...answer.body, seats: [`0.${1 + (Date.now() % 1_000_000)}`] } }
        : answer;
    },
  ],
  [
    'a hold is reported long after its end',
    'holdEnds',
    async ({ path }, truth) => {
      const answer = await truth();
      const isOver = isEntry(path) && answer.body['status'] === 'released';
      return isOver ? { ...answer, body: { ...answer.body, status: 'held', seats: ['0.1'] } } : answer;
    },
  ],
  [
    'an order that was answered 201 is gone',
    'orderKept',
    async ({ path }, truth) => (isOrder(path) ? { status: 404, body: { code: 'not_found' } } : truth()),
  ],
  [
    'an order costs more than its seats',
    'seatsSold',
    async ({ path }, truth) => {
      const answer = await truth();
      if (answer.status !== 201) return answer;
      const { amount, currency } = answer.body['amount'] as { amount: number; currency: string };
      return path === '/api/checkout'
        ? { ...answer, body: { ...answer.body, amount: { amount: 2 * amount, currency } } }
        : answer;
    },
  ],
  [
    'paying again makes another order',
    'chargedOnce',
    async ({ path }, truth) => {
      const answer = await truth();
      const isAgain = path === '/api/checkout' && answer.body['code'] === 'already_paid';
      return isAgain ? { status: 201, body: { id: 'another' } } : answer;
    },
  ],
  [
    'HTTP answers sold_out to a buyer who has paid',
    'sameStory',
    async ({ path }, truth) => {
      const answer = await truth();
      return isEntry(path) && answer.body['status'] === 'sold'
        ? { ...answer, body: { ...answer.body, status: 'sold_out' } }
        : answer;
    },
  ],
];

test('a journey fails when a rule is broken, and names the rule', async () => {
  const runWith = async ([name, rule, lie]: (typeof lies)[number]) => {
    const door = await openLyingDoor(system.url, lie);
    try {
      const waits = { OUTCOME_WITHIN: '2s', ENDS_WITHIN: rule === 'holdEnds' ? '3s' : '10s', POLL_MS: '300' };
      const shares = {
        SOCKETS: '0',
        DECLINE: '0',
        LEAVE: '0',
        LAPSE: ['oneHold', 'holdEnds'].includes(rule) ? '100' : '0',
      };
      const settings = { RATE: '2', DURATION: '1s', QUANTITY: '1', ...waits, ...shares, ...anyTime };
      const { code, output } = await load('journey', 3, { ...settings, BASE_URL: door.url });
      return { name, code, named: output.includes(`✗ ${rules[rule]}: broken`) };
    } finally {
      await door.close();
    }
  };
  const honest: (typeof lies)[number] = ['no lie', 'outcome', (_request, truth) => truth()];
  const [passed, ...failed] = await Promise.all([honest, ...lies].map(runWith));
  expect(passed).toEqual({ name: 'no lie', code: 0, named: false });
  expect(failed).toEqual(lies.map(([name]) => ({ name, code: 99, named: true })));
  // Every rule has a lie that breaks it.
  expect(new Set(lies.map(([, rule]) => rule))).toEqual(new Set(Object.keys(rules)));
});

test('a wrong setting stops a run before it begins and is named', async () => {
  const wrong = await load('journey', 3, { RATE: 'fast' });
  expect(wrong.code).not.toBe(0);
  expect(wrong.output).toContain('RATE must be a number');
  const tooFew = await load('entries', 3, { RATE: '5', DURATION: '10s' });
  expect(tooFew.code).not.toBe(0);
  expect(tooFew.output).toContain('50 buyers are needed');
});
