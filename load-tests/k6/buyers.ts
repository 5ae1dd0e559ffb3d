/** The buyers of a run, from the file BUYERS that `npm run buyers` made. k6 keeps them once, whatever the VUs. */
import { SharedArray } from 'k6/data';
import { formatOf, parseBuyers, type TestBuyer } from './plain/buyers-file.ts';
import { text } from './settings.ts';

const file = text('BUYERS');
// k6 takes a path for one beside this file; whoever types it means the folder they are in.
const path = file.startsWith('/') || __ENV['PWD'] === undefined ? file : `${__ENV['PWD']}/${file}`;

const buyers = new SharedArray('buyers', () => parseBuyers(open(path), formatOf(file)));

/**
 * Every buyer acts once. Undefined when there are no more.
 * @param index from 0, unique in the whole run, also when several machines share it
 */
export function buyerAt(index: number): TestBuyer | undefined {
  return buyers[index];
}

/** @throws Error when there are fewer, before anything is sent. */
export function needBuyers(count: number): void {
  if (buyers.length < count)
    throw new Error(
      `${count} buyers are needed and ${file} has ${buyers.length}: npm run buyers -- --count ${count}`,
    );
}
