import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { drills } from '../load-tests/commands/drill/drills.ts';

const root = resolve(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

const tiers = ['publisher', 'consumer', 'realtime', 'general', 'lambda'];
const files = [...tiers, 'shared', 'web', 'nginx', 'local', 'ops', 'load-tests'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => !file.includes('node_modules'))
    .map((file) => `/${folder}/${file}`),
);
/** By its whole path or, where the text says in which folder, the end of it. */
const isThere = (file: string) =>
  existsSync(join(root, file)) || files.some((each) => each.endsWith(`/${file}`));

/** Rows of the tables under a heading, or of all tables; without their heads. */
function rowsOf(text: string, heading = ''): string[] {
  const from = heading === '' ? text : (text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '');
  return from
    .split('\n')
    .filter((line, at, lines) => line.startsWith('| ') && !lines[at + 1]?.startsWith('| -'))
    .filter((line) => !line.startsWith('| -'));
}

const testsIn = (text: string) =>
  [...text.matchAll(/`([\w/.-]+\.test\.tsx?)`/g)].map(([, file]) => file ?? '');

test.each([
  'docs/security.md',
  'docs/invariants.md',
  'docs/reliability.md',
  'docs/ledger.md',
  'docs/journey.md',
  'docs/load-testing.md',
  'docs/operations.md',
])('every file that %s names or leads to is there', (doc) => {
  const text = read(doc);
  for (const [, file = ''] of text.matchAll(/`([\w/.-]+\.(?:tsx?|lua|mjs|yml|sql))`/g)) {
    expect([file, isThere(file)]).toEqual([file, true]);
  }
  for (const [, link = ''] of text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g))
    expect([link, existsSync(join(root, dirname(doc), link))]).toEqual([link, true]);
});

test('every threat and every rule has its test', () => {
  const threats = rowsOf(read('docs/security.md'));
  const rules = rowsOf(read('docs/invariants.md').split('\n## ')[0] ?? '');
  expect(threats.length).toBeGreaterThan(20);
  expect(rules.length).toBeGreaterThan(8);
  for (const row of [...threats, ...rules]) expect([row, testsIn(row).length > 0]).toEqual([row, true]);
});

test('every drill that is said to show something is one', () => {
  const names = drills.map(({ name }) => name);
  const rows = rowsOf(read('docs/reliability.md'), 'What buyers see meanwhile');
  expect(rows.length).toBeGreaterThan(5);
  for (const row of rows) {
    const named = [...row.matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)].map(([, name]) => name);
    expect([row, named.every((name) => names.includes(name ?? ''))]).toEqual([row, true]);
  }
});

test.each(['alerts-payments.yml', 'alerts-mail.yml', 'alerts-schedules.yml'])(
  '%s names metrics that there are',
  async (file) => {
    const { createMetrics } = await import('../shared/tier/metrics.ts');
    const { createMailMetrics } = await import('../general/mail/mail-metrics.ts');
    const { createPaymentMetrics } = await import('../general/checkout/payment-metrics.ts');
    const { createScheduleMetrics } = await import('../general/schedules/schedule-metrics.ts');
    const registry = createMetrics('general');
    createScheduleMetrics(registry);
    createPaymentMetrics(registry);
    createMailMetrics(registry);
    const rules = read(`ops/${file}`);
    const named = new Set([...rules.matchAll(/expr:.*?(seatdrop_\w+)/g)].map(([, name]) => name ?? ''));
    expect(named.size).toBeGreaterThanOrEqual(2);
    for (const name of named) expect(registry.getSingleMetric(name)).toBeDefined();
  },
);
