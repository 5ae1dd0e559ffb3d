// `npm test [-- jest arguments]`
import { runOnNode24 } from './bootstrap.mjs';

await runOnNode24('local/test.ts', process.argv.slice(2), '0 passed, 1 failed');
