import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

test('every line of the threat list names tests, and they are there', () => {
  const rows = readFileSync(join(root, 'docs/security.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
    .filter((line) => !line.startsWith('| -'));
  expect(rows.length).toBeGreaterThan(20);
  for (const row of rows) {
    const files = [...row.matchAll(/`([\w/.-]+\.test\.ts)`/g)].map(([, file]) => file ?? '');
    expect([row, files.length > 0]).toEqual([row, true]);
    for (const file of files) expect([file, existsSync(join(root, file))]).toEqual([file, true]);
  }
});

test('alert rules name metrics that there are', async () => {
  const { createMetrics } = await import('../shared/metrics.ts');
  const { createPaymentMetrics } = await import('../general/checkout/payment-metrics.ts');
  const registry = createMetrics('general');
  createPaymentMetrics(registry);
  const rules = readFileSync(join(root, 'ops/alerts-payments.yml'), 'utf8');
  const named = new Set([...rules.matchAll(/expr:.*?(seatdrop_\w+)/g)].map(([, name]) => name ?? ''));
  expect(named.size).toBeGreaterThanOrEqual(3);
  for (const name of named) expect(registry.getSingleMetric(name)).toBeDefined();
});
