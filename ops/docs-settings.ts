/**
 * `npm run docs:settings`: writes the tables of settings in docs/operations.md from the schemas. With `--check` it
 * writes nothing and exits with 1 if they are not current.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { consumerSettings } from '../consumer/config.ts';
import { generalSettings } from '../general/config.ts';
import { scaleSettings } from '../lambda/scale/settings.ts';
import { sendEmailSettings } from '../lambda/send-email/settings.ts';
import { sandboxSettings } from '../local/sandbox-payments/config.ts';
import { publisherSettings } from '../publisher/config.ts';
import { realtimeSettings } from '../realtime/config.ts';
import { frontDoorSettings } from '../nginx/front-door-settings.ts';
import { settingsOf, type Setting } from '../shared/tier/settings-of.ts';

const tiers = {
  publisher: publisherSettings,
  consumer: consumerSettings,
  realtime: realtimeSettings,
  general: generalSettings,
};
const file = join(import.meta.dirname, '../docs/operations.md');
const [begin, end] = ['<!-- settings -->', '<!-- end of settings -->'];

const text = readFileSync(file, 'utf8');
const [before, rest = ''] = text.split(`${begin}\n`);
const after = rest.split(end)[1];
if (before === undefined || after === undefined)
  throw new Error(`${file} lacks the lines ${begin} and ${end}`);
const current = `${before}${begin}\n\n${tables()}\n\n${end}${after}`;
if (!process.argv.includes('--check')) writeFileSync(file, current);
else if (current !== text) {
  console.error('the settings in docs/operations.md are not current: run npm run docs:settings');
  process.exitCode = 1;
}

function tables(): string {
  return [
    '### Tiers',
    table(
      ['setting', 'tiers', 'default', 'what'],
      merged().map(({ setting, readers }) => [
        `\`${setting.name}\``,
        readers.join(', '),
        fallback(setting),
        setting.about,
      ]),
    ),
    '### Front door (`node nginx/write-config.ts FILE`)',
    oneTable(frontDoorSettings),
    '### Lambda `send-email`',
    oneTable(sendEmailSettings),
    'The function needs 512 MB, since it draws receipts with fonts of 25 MB, and a timeout of 30 s. Its zip has 20 MB.',
    '### Lambda `scale`',
    oneTable(scaleSettings),
    '### Sandbox payments, for trying out',
    oneTable(sandboxSettings),
  ].join('\n\n');
}

/** Each setting once, with the tiers that have it, and which of them need it if they differ. */
function merged(): { setting: Setting; readers: string[] }[] {
  const all = new Map<string, { setting: Setting; readers: string[] }>();
  for (const [tier, schema] of Object.entries(tiers)) {
    for (const setting of settingsOf(schema)) {
      const known = all.get(setting.name);
      if (!known) {
        all.set(setting.name, { setting, readers: [tier] });
        continue;
      }
      const differs = known.setting.isNeeded !== setting.isNeeded;
      known.readers.push(differs && setting.isNeeded ? `${tier} (needed)` : tier);
      if (known.setting.about !== setting.about) known.setting.about += ` ${tier}: ${setting.about}`;
    }
  }
  return [...all.values()];
}

function oneTable(schema: Parameters<typeof settingsOf>[0]): string {
  return table(
    ['setting', 'default', 'what'],
    settingsOf(schema).map((setting) => [`\`${setting.name}\``, fallback(setting), setting.about]),
  );
}

function fallback({ default: value, isNeeded, when }: Setting): string {
  const only = when === undefined ? '' : ` with \`${when}\``;
  if (isNeeded) return `**needed**${only}`;
  if (value === undefined) return 'none';
  return value === '' ? 'empty' : `\`${value}\``;
}

/** Formats the table as prettier does: columns of one width. */
function table(head: string[], rows: string[][]): string {
  const all = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, i) => Math.max(...all.map((row) => row[i]?.length ?? 0)));
  const line = (row: string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const [first = [], ...others] = all;
  return [line(first), line(widths.map((width) => '-'.repeat(width))), ...others.map(line)].join('\n');
}
