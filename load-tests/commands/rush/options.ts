import { randomInt } from 'node:crypto';
import type { Scenario } from '../../buyer/plan.ts';
import { BadOption, defineCommand } from '../../cli.ts';

export type RushOptions = Scenario & {
  /** URL of the front door; by default that of the system that `npm start` runs. */
  url: string | undefined;
  json: boolean;
};

const wholeNumber = { type: 'whole number', value: 'N' } as const;
const percent = { type: 'number', value: 'P', min: 0, max: 100 } as const;

export const rushCommand = defineCommand({
  name: 'rush',
  about: `
Plays a drop that sells out, on the system that \`npm start\` runs: buyers with sockets press Buy at the same moment; most
of those who get seats pay, some cards are declined, some buyers let their time run out, some leave. Then it checks Redis,
MySQL, the broker, the payment provider and what the buyers were told. Exit code 0: every rule held; 1: a rule was broken,
or the system could not be used; 2: an option is wrong.

The drop is created through the documented HTTP API. Buyers are inserted into MySQL directly and their sessions are signed
with the local system's key, because hashing the passwords of thousands of sign-ups would take minutes. After that, buyers
are ordinary clients; four of them share an address.`,
  options: {
    buyers: { ...wholeNumber, min: 1, max: 200_000, default: 2000, help: 'buyers' },
    seats: {
      ...wholeNumber,
      min: 1,
      max: 200_000,
      default: 'a fifth of the buyers',
      help: 'seats in the drop',
    },
    standby: {
      ...wholeNumber,
      min: 0,
      max: 1_000_000,
      default: 'a tenth of the buyers',
      help: 'places in standby',
    },
    quantity: {
      ...wholeNumber,
      min: 1,
      max: 10,
      default: 2,
      help: 'maximum seats per buyer; each asks for 1 to N',
    },
    hold: { ...wholeNumber, value: 'S', min: 5, max: 3600, default: 15, help: 'seconds to pay' },
    partitions: {
      ...wholeNumber,
      min: 1,
      max: 16,
      default: 1,
      help: 'partitions of the drop, which are decided in parallel; 1 keeps strict order',
    },
    free: { type: 'flag', help: 'seats that cost nothing: nobody has a card, and the provider is not asked' },
    burst: {
      type: 'number',
      value: 'S',
      min: 0,
      max: 600,
      default: 1.5,
      help: 'seconds over which the presses are spread',
    },
    decline: {
      ...percent,
      heading: 'Percentage of buyers who get seats (the others pay at once)',
      default: 10,
      help: 'have a card that is declined; half of them pay with another card',
    },
    challenge: { ...percent, default: 5, help: 'have a bank that asks them; most of them confirm' },
    abandon: { ...percent, default: 3, help: 'begin to pay and go away' },
    lapse: { ...percent, default: 8, help: 'let the time run out' },
    leave: { ...percent, default: 5, help: 'give their seats back; as many leave standby' },
    slow: { ...percent, default: 3, help: 'have a card that takes two seconds' },
    lost: { ...percent, default: 3, help: 'have a card that is charged, but the answer is lost' },
    late: { ...percent, default: 2, help: 'have a card that is approved after checkout stopped waiting' },
    returns: {
      ...percent,
      heading: 'Percentage of buyers who have paid',
      default: 5,
      help: 'give all their seats back or one; half of them ask the organizer for it',
    },
    double: { ...percent, heading: 'Percentage of all buyers', default: 2, help: 'press twice' },
    seed: {
      ...wholeNumber,
      heading: 'Run',
      min: 0,
      max: 2 ** 32 - 1,
      default: 'random',
      help: 'repeats the same random choices',
    },
    url: { type: 'text', value: 'URL', help: 'another front door of the same system' },
    json: { type: 'flag', help: 'the summary as JSON on standard output' },
  },
  read({ values }): RushOptions {
    const { buyers, quantity, hold, partitions, burst, double, returns, url, json, free } = values;
    const { decline, challenge, abandon, lapse, leave, slow, lost, late } = values;
    const seats = values.seats ?? Math.max(1, Math.round(buyers / 5));
    const standby = values.standby ?? Math.round(buyers / 10);
    const chances = { decline, challenge, abandon, lapse, leave, slow, lost, late };
    const totalPercent = Object.values(chances).reduce((sum, chance) => sum + chance, 0);
    if (totalPercent > 100)
      throw new BadOption(`--${Object.keys(chances).join(', --')} add up to ${totalPercent} %, over 100 %`);
    if (partitions > seats) throw new BadOption(`--partitions ${partitions} is more than --seats ${seats}`);
    if (url !== undefined && !/^https?:\/\//.test(url))
      throw new BadOption(`--url must begin with http:// or https://, not '${url}'`);
    const seed = values.seed ?? randomInt(2 ** 32);
    const drop = { buyers, seats, standby, quantity, holdSeconds: hold, partitions, free };
    return { ...drop, burst, chances, double, returns, seed, url, json };
  },
});
