import { defineCommand } from '../../cli.ts';

export type FuzzOptions = { seconds: number; seed: number };

/** A number of at most ten digits. */
const max = 9_999_999_999;

export const fuzzCommand = defineCommand({
  name: 'fuzz-api',
  about: `
Starts a system of its own and sends it valid and invalid requests that schemathesis generates from the API document:
anonymously, as shopper, organizer and admin. Exit code 0: no 5xx, no answer that the document does not describe, and no
error in the logs; 1: a fault was found; 2: an option is wrong.`,
  options: {
    seconds: {
      type: 'whole number',
      value: 'S',
      min: 1,
      max,
      default: 60,
      help: 'seconds for each of the four callers',
    },
    seed: {
      type: 'whole number',
      value: 'N',
      min: 1,
      max,
      default: 1,
      help: 'repeats the same requests',
    },
  },
  read: ({ values }): FuzzOptions => values,
});
