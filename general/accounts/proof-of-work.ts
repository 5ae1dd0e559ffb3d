/**
 * Challenges of ALTCHA (https://altcha.org), which take a device some time to solve and us none to check. Each is for
 * one purpose and one e-mail address, lasts five minutes and counts once, over all processes.
 */
import { createHmac } from 'node:crypto';
import { createChallenge, randomInt, verifySolution } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import type { z } from 'zod';
import type { KeyList } from '../../shared/auth/key-list.ts';
import type { SpendOnce } from '../../shared/redis/spend-once.ts';
import type { challenge as challengeSchema, proof as proofSchema } from '../../shared/contract/proof.ts';

type Challenge = z.infer<typeof challengeSchema>;
export type Proof = z.infer<typeof proofSchema>;

type Purpose = { purpose: 'sign-in'; email: string };

/** Iterations of PBKDF2 for each key that is tried: 2 to 5 ms in a browser. */
const cost = 5_000;
/** Keys to try for a weight of 1, at least and at most. */
const tries = { least: 100, most: 200 };
const lifetimeSeconds = 300;

type Secrets = { hmacSignatureSecret: string; hmacKeySignatureSecret: string };

export class ProofOfWork {
  /** The first makes challenges; those made with any are accepted. */
  readonly #secrets: Secrets[];
  readonly #spendOnce: SpendOnce;

  constructor(sessionKeys: KeyList, spendOnce: SpendOnce) {
    this.#secrets = sessionKeys.map(({ secret }) => {
      const derive = (of: string) =>
        createHmac('sha256', secret).update(`seatdrop proof ${of}`).digest('hex');
      return { hmacSignatureSecret: derive('challenge'), hmacKeySignatureSecret: derive('key') };
    });
    this.#spendOnce = spendOnce;
  }

  challenge({ purpose, email }: Purpose, weight: number, now: number = Date.now()): Promise<Challenge> {
    const most = tries.most * weight;
    return createChallenge({
      algorithm: 'PBKDF2/SHA-256',
      cost,
      counter: randomInt(most, tries.least * weight),
      deriveKey,
      data: { purpose, email, weight, most },
      expiresAt: Math.floor(now / 1000) + lifetimeSeconds,
      ...this.#secrets[0]!,
    }) as Promise<Challenge>;
  }

  /** A proof of a quarter of the weight passes too: while somebody solves, others raise the weight. */
  async accepts(
    { challenge, solution }: Proof,
    { purpose, email }: Purpose,
    weight: number,
  ): Promise<boolean> {
    const { data, nonce } = challenge.parameters;
    if (data.purpose !== purpose || data.email !== email || data.weight * 4 < weight) return false;
    const { counter, derivedKey } = solution;
    const given = { challenge, solution: { counter, derivedKey }, deriveKey };
    for (const secrets of this.#secrets) {
      const { verified } = await verifySolution({ ...given, ...secrets });
      if (verified) return this.#spendOnce(nonce, lifetimeSeconds);
    }
    return false;
  }
}
