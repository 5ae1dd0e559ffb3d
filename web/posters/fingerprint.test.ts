import { readFileSync } from 'node:fs';
import { fingerprintFile, fingerprintOfArt } from './fingerprint.ts';

test('the pictures for link previews are of the posters as they are: else `npm run posters -w web`', () => {
  expect(readFileSync(fingerprintFile, 'utf8').trim()).toBe(fingerprintOfArt());
});
