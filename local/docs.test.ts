import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { drills } from '../load-tests/commands/drill/drills.ts';

/** What is checked of the documents by machine: what they name is there, and what must be complete is complete. */
const root = resolve(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

const notOurs = ['node_modules', '.git', '.local', 'dist'];
const files: string[] = (function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !notOurs.includes(name))
    .flatMap((entry) =>
      entry.isDirectory() ? filesIn(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`.slice(1)],
    );
})('');
const documents = files.filter((file) =>
  /^(docs\/.*|README|CONTRIBUTING|web\/README)\.md$|^[^/]+\.md$/.test(file),
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

test.each(documents)('every file that %s names or leads to is there', (doc) => {
  const text = read(doc);
  for (const [, file = ''] of text.matchAll(/`([\w/.-]+\.(?:tsx?|lua|mjs|yml|sh|conf|sql|md))`/g)) {
    expect([file, isThere(file)]).toEqual([file, true]);
  }
  for (const [, folder = ''] of text.matchAll(/`([a-z][\w-]*(?:\/[\w-]+)*)\/`/g)) {
    const found = [folder, `${dirname(doc)}/${folder}`].some((each) => existsSync(join(root, each)));
    expect([folder, found || files.some((each) => each.includes(`/${folder}/`))]).toEqual([folder, true]);
  }
  for (const [, link = ''] of text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g))
    expect([link, existsSync(join(root, dirname(doc), link))]).toEqual([link, true]);
  for (const [, link = doc, heading = ''] of text.matchAll(/\]\(([^)#:]+)?#([^)]+)\)/g)) {
    const target = link === doc ? doc : join(dirname(doc), link);
    const headings = [...read(target).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => anchorOf(title));
    expect([target, headings]).toEqual([target, expect.arrayContaining([heading])]);
  }
});

/** As GitHub and others make it of a heading. */
const anchorOf = (title: string) =>
  title
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .replaceAll(' ', '-');

test.each(['publisher', 'consumer'])('docs/architecture.md names every source file of %s', (tier) => {
  const text = read('docs/architecture.md');
  const sources = files.filter((file) => dirname(file) === tier && /(?<!\.test)\.ts$/.test(file));
  expect(sources.length).toBeGreaterThan(6);
  expect(sources.filter((file) => !text.includes(`\`${file}\``))).toEqual([]);
});

test('every decision has its status, date and line in the list, and its number once', () => {
  const list = read('docs/decisions/README.md');
  const decisions = files.filter((file) => /^docs\/decisions\/\d/.test(file));
  expect(decisions.length).toBeGreaterThan(8);
  for (const file of decisions) {
    expect([file, read(file)]).toEqual([
      file,
      expect.stringMatching(/^Status: .*\.\nDate: \d{4}-\d\d-\d\d/m),
    ]);
    expect(list).toContain(`(${basename(file)})`);
  }
  const numbers = decisions.map((file) => basename(file).slice(0, 3));
  expect(new Set(numbers).size).toBe(numbers.length);
});

/**
 * Phrases that readers had to decode; docs/architecture.md has the words to use. Those of the second list still occur in
 * comments of code: they move up once they are gone from there.
 */
const bannedEverywhere = [
  'manieth',
  'least of what',
  'else there was',
  'to and fro',
  'fell through',
  'sees to it',
  'as ever',
  'made good',
  'by turns',
  'for want of',
];
const bannedInDocuments = [
  'whoever',
  'in hand',
  'so many',
  'all the same',
  'anew',
  'what came of',
  'once more',
];

test('no document, comment or text of a page has a phrase that must be decoded', () => {
  const findIn = (names: string[], phrases: string[]) => {
    const pattern = new RegExp(
      String.raw`\b(?:${phrases.join('|').replaceAll(' ', String.raw`(?:\s|\*|--|//)+`)})\b`,
      'gi',
    );
    return names.flatMap((file) => [...read(file).matchAll(pattern)].map(([found]) => `${file}: ${found}`));
  };
  const ours = files.filter(
    (file) => /\.(?:tsx?|lua|mjs|yml|md|html)$/.test(file) && file !== 'local/docs.test.ts',
  );
  expect(ours.length).toBeGreaterThan(500);
  expect(findIn(ours, bannedEverywhere)).toEqual([]);
  expect(findIn(documents, bannedInDocuments)).toEqual([]);
});

test.each([...documents, 'nginx/nginx.conf'])('%s shows no value that a program could not print', (doc) => {
  expect(read(doc)).not.toMatch(/\[object|\bundefined\b|\bNaN\b/);
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
    const { createNewsMetrics } = await import('../general/notifications/news-metrics.ts');
    const { createPaymentMetrics } = await import('../general/checkout/payment-metrics.ts');
    const { createScheduleMetrics } = await import('../general/schedules/schedule-metrics.ts');
    const registry = createMetrics('general');
    createScheduleMetrics(registry);
    createPaymentMetrics(registry);
    createMailMetrics(registry);
    createNewsMetrics(registry);
    const rules = read(`ops/${file}`);
    const named = new Set([...rules.matchAll(/expr:.*?(seatdrop_\w+)/g)].map(([, name]) => name ?? ''));
    expect(named.size).toBeGreaterThanOrEqual(2);
    for (const name of named) expect(registry.getSingleMetric(name)).toBeDefined();
  },
);
