/**
 * `npm run docs:nginx`: writes nginx/nginx.conf anew, the configuration of a front door as an example to read. With
 * `--check` it writes nothing, and ends with 1 where the file is not current.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../shared/tier/config.ts';
import { frontDoorSettings } from './front-door-settings.ts';
import { configOfSettings } from './config-of-settings.ts';

/** As behind a load balancer that ends TLS, with two publishers. Addresses are those that RFC 1918 keeps for such networks. */
const settings = {
  FRONT_DOOR_PUBLISHERS: '10.0.0.11:3001,10.0.0.12:3001',
  FRONT_DOOR_REALTIMES: '10.0.0.13:3003',
  FRONT_DOOR_GENERALS: '10.0.0.14:3004',
  FRONT_DOOR_TRUSTED_PROXIES: '10.0.0.5',
  FRONT_DOOR_PAGES: '/usr/share/seatdrop',
  PUBLIC_URL: 'https://tickets.example.com',
};

const file = join(import.meta.dirname, 'nginx.conf');
const current = `# An example, written by \`npm run docs:nginx\` from nginx/config.ts. No front door runs with it: each writes its own
# from its settings with \`node nginx/write-config.ts FILE\`. Those of this one:
${Object.entries(settings)
  .map(([name, value]) => `#   ${name}=${value}`)
  .join('\n')}

${tidied(configOfSettings(readConfig(frontDoorSettings, settings)))}`;

if (!process.argv.includes('--check')) writeFileSync(file, current);
else if (!isCurrent()) {
  console.error('nginx/nginx.conf is not what nginx/config.ts makes now: npm run docs:nginx');
  process.exitCode = 1;
}

function isCurrent(): boolean {
  try {
    return readFileSync(file, 'utf8') === current;
  } catch {
    return false;
  }
}

/** Without what options that are not set leave behind: spaces at the ends of lines, and several empty lines. */
function tidied(text: string): string {
  return text.replaceAll(/[ \t]+$/gm, '').replaceAll(/\n{3,}/g, '\n\n');
}
