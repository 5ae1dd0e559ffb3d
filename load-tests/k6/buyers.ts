/** The buyers of a run, from the file BUYERS made by `npm run buyers`. All VUs share one copy. */
import { SharedArray } from 'k6/data';
import { formatOf, parseBuyers, type TestBuyer } from './plain/buyers-file.ts';
import { text } from './settings.ts';

const file = text('BUYERS');
// k6 resolves paths relative to this file; users mean their working folder.
const path = file.startsWith('/') || __ENV['PWD'] === undefined ? file : `${__ENV['PWD']}/${file}`;

const buyers = new SharedArray('buyers', () => parseBuyers(open(path), formatOf(file)));

/**
 * The buyer of an iteration, since each buyer acts once. Undefined if there are no more.
 * @param index from 0; unique in the whole run, also if several machines share it
 */
export function buyerAt(index: number): TestBuyer | undefined {
  return buyers[index];
}

/** @throws Error if there are fewer buyers. Called before anything is sent. */
export function needBuyers(count: number): void {
  if (buyers.length < count)
    throw new Error(
      `${count} buyers are needed and ${file} has ${buyers.length}: npm run buyers -- --count ${count}`,
    );
}
