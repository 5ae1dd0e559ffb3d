/** The events of the local system. Times are seconds from the start that adds them. */
import type { NewDrop } from '../../shared/contract/drops.ts';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

export type DemoEvent = {
  title: string;
  description: string;
  venue: string;
  startsIn: number;
  timeZone: string;
  opensIn: number;
  closesIn: number;
  drop: Omit<NewDrop, 'opensAt' | 'closesAt'>;
};

const music = [
  { text: 'Which of these is played with a bow?', choices: ['Cello', 'Trumpet', 'Harp'], answer: 'Cello' },
  { text: 'How many musicians are there in a quartet?', answer: '4' },
  { text: 'Which of these has black and white keys?', choices: ['Flute', 'Piano', 'Drum'], answer: 'Piano' },
];
const sport = [
  { text: 'How many players of one team are on a football pitch at kick-off?', answer: '11' },
  { text: 'What does a referee show for a sending-off?', choices: ['Green', 'Red', 'Blue'], answer: 'Red' },
];

export const demoEvents: DemoEvent[] = [
  {
    title: 'The Lanterns: One Night Only',
    description:
      'Twelve years after their last show, the four of them play the whole of “Harbour Lights” in the room where it was ' +
      'recorded. No support, no encore, no second night. Doors at half past six.',
    venue: 'Glasshouse Hall, Riverside',
    startsIn: 45 * day,
    timeZone: 'Europe/Dublin',
    opensIn: minute,
    closesIn: hour,
    drop: {
      price: { amount: 6500, currency: 'EUR' },
      holdSeconds: 120,
      maxPerBuyer: 4,
      standbyLimit: 500,
      sections: [
        { name: 'Floor', rows: 8, seatsPerRow: 20 },
        { name: 'Gallery', rows: 4, seatsPerRow: 30 },
      ],
      questions: music,
    },
  },
  {
    title: 'Northgate United – Harbour Rovers',
    description:
      'The derby, under floodlights, for a place in the final. Home sections only; visiting supporters buy from their own ' +
      'club. Turnstiles open ninety minutes before kick-off.',
    venue: 'Northgate Park',
    startsIn: 21 * day,
    timeZone: 'Europe/London',
    opensIn: -hour,
    closesIn: 14 * day,
    drop: {
      price: { amount: 3200, currency: 'GBP' },
      holdSeconds: 300,
      maxPerBuyer: 6,
      standbyLimit: 2_000,
      partitions: 2,
      sections: [
        { name: 'Main Stand', rows: 20, seatsPerRow: 60 },
        { name: 'East Stand', rows: 25, seatsPerRow: 60 },
        { name: 'North Terrace', rows: 15, seatsPerRow: 80 },
      ],
      questions: sport,
    },
  },
  {
    title: 'Winter Proms: Elgar and Sibelius',
    description:
      'The City Philharmonic under Ines Calloway, with Tomas Reyl as soloist in Elgar’s Cello Concerto. After the interval ' +
      'Sibelius’s Fifth. About two hours; no admission during the movements.',
    venue: 'Corn Exchange Concert Hall',
    startsIn: 80 * day,
    timeZone: 'Europe/Dublin',
    opensIn: 7 * day,
    closesIn: 60 * day,
    drop: {
      price: { amount: 4800, currency: 'EUR' },
      holdSeconds: 600,
      maxPerBuyer: 4,
      standbyLimit: 300,
      sections: [
        { name: 'Stalls', rows: 24, seatsPerRow: 32 },
        { name: 'Circle', rows: 10, seatsPerRow: 40 },
        { name: 'Choir', rows: 4, seatsPerRow: 25 },
      ],
      questions: music,
    },
  },
  {
    title: 'A Table for Eight: Supper Comedy Club',
    description:
      'Five comedians nobody has heard of yet and one that everybody has, over three courses. The room seats forty-eight, ' +
      'so it goes quickly.',
    venue: 'The Cellar, Market Street',
    startsIn: 10 * day,
    timeZone: 'America/New_York',
    opensIn: day,
    closesIn: 9 * day,
    drop: {
      price: { amount: 5500, currency: 'USD' },
      holdSeconds: 300,
      maxPerBuyer: 8,
      standbyLimit: 50,
      sections: [{ name: 'Tables', rows: 6, seatsPerRow: 8 }],
      questions: [
        {
          text: 'Which of these is a joke?',
          choices: ['A pun', 'A tax form', 'A timetable'],
          answer: 'A pun',
        },
      ],
    },
  },
];
