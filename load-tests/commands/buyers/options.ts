import { defineCommand } from '../../cli.ts';

export type BuyerOptions = {
  count: number;
  out: string;
  dropId: number | undefined;
  yesInProduction: boolean;
};

export const buyersCommand = defineCommand({
  name: 'buyers',
  about: `
Makes test buyers in MySQL, with sessions that are valid for twelve hours, and writes a file from which k6 can act as
them: id, session token and address of each. They have no password. Anyone who has the file can use their sessions: keep
it private and delete it afterwards.`,
  options: {
    count: { type: 'whole number', value: 'N', min: 1, max: 1_000_000, required: true, help: 'buyers' },
    out: {
      type: 'text',
      value: 'FILE',
      required: true,
      help: 'output file: CSV if the name ends in .csv, otherwise JSON',
    },
    drop: {
      type: 'whole number',
      value: 'ID',
      min: 1,
      max: Number.MAX_SAFE_INTEGER,
      help: "add each buyer's question in that drop and its answer, which entries.ts and journey.ts need",
    },
    'yes-in-production': { type: 'flag', help: 'run even if SEATDROP_ENV is production' },
  },
  notes: `
Without settings it uses the system that \`npm start\` runs here. For another system set SEATDROP_ENV, MYSQL_URL and
SESSION_KEYS to that system's values.`,
  read: ({ values: { count, out, drop, ...values } }): BuyerOptions => ({
    count,
    out,
    dropId: drop,
    yesInProduction: values['yes-in-production'],
  }),
});
