// `npm start [-- --port N] [-- --fresh]`
import { runOnNode24 } from './bootstrap.mjs';

const HELP = `npm start                 runs the whole of Seatdrop on this machine, with real servers
npm start -- --port N     with its front door on port N (default: 8080 or the next free one)
npm start -- --fresh      after removing the data of earlier runs`;

const args = process.argv.slice(2);
for (let i = 0; i < args.length; i += 1) {
  const [name, value] = args[i].split(/=(.*)/s);
  if (name === '--help' && value === undefined) {
    console.log(HELP);
    process.exit(0);
  }
  if (name === '--fresh' && value === undefined) continue;
  if (name !== '--port') refuse(`unknown argument: ${args[i]}`);
  const port = value ?? args[(i += 1)] ?? '';
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) {
    refuse(`--port takes a number from 1 to 65535, not "${port}"`);
  }
}

await runOnNode24('local/start.ts', args);

function refuse(why) {
  console.error(`✗ ${why}\n\n${HELP}`);
  process.exit(2);
}
