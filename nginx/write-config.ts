/**
 * `node nginx/write-config.ts FILE`: the configuration of a front door that is not the local stack's, from settings in
 * the environment (nginx/front-door-settings.ts). nginx itself then runs as `nginx -e stderr -c FILE`.
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
  // An nginx that reads its configuration meanwhile finds the old one or the new one.
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
  console.log(`Wrote ${file}`);
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
