/**
 * Solves the challenge that the server sends after many wrong passwords (ALTCHA). The browser's own PBKDF2
 * runs in the background, so the page stays usable. Loaded on demand, which is rare.
 */
import { solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/web/pbkdf2';
import type { z } from 'zod';
import type { challenge as challengeSchema, proof } from '@seatdrop/shared/contract/proof.ts';

export type Challenge = z.infer<typeof challengeSchema>;

/** The page was left, or the challenge has expired. */
class Unsolved extends Error {
  override name = 'Unsolved';
}

/** `onProgress` gets a number from 0 to 1. */
export async function solveProof(
  challenge: Challenge,
  controller: AbortController,
  onProgress: (share: number) => void,
): Promise<z.input<typeof proof>> {
  const { most } = challenge.parameters.data;
  let tried = 0;
  const solution = await solveChallenge({
    challenge,
    controller,
    timeout: 240_000,
    deriveKey: (...parameters) => {
      tried += 1;
      if (tried % 20 === 0) onProgress(Math.min(1, tried / most));
      return deriveKey(...parameters);
    },
  });
  if (!solution) throw new Unsolved();
  return { challenge, solution: { counter: solution.counter, derivedKey: solution.derivedKey } };
}
