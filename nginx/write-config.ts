/**
 * `node nginx/write-config.ts FILE`: writes the configuration of a front door other than the local one, from settings
 * in the environment (nginx/front-door-settings.ts). Run nginx with `nginx -e stderr -c FILE`.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { readConfig } from '../shared/tier/config.ts';
import { frontDoorSettings } from './front-door-settings.ts';
import { configOfSettings } from './config-of-settings.ts';

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('Usage: node nginx/write-config.ts FILE');
  process.exit(2);
}
try {
  const text = configOfSettings(readConfig(frontDoorSettings));
  // Renamed into place, so that nginx reads either the old or the new configuration completely.
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
  console.log(`Wrote ${file}`);
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
