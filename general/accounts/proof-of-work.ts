/**
 * ALTCHA challenges (https://altcha.org): they take a device some time to solve and the server almost none to check.
 * Each is for one purpose and one e-mail address, lasts five minutes, and is accepted once over all processes.
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

/** PBKDF2 iterations per tried key: 2 to 5 ms in a browser. */
const cost = 5_000;
/** Minimum and maximum number of keys to try for a weight of 1. */
const tries = { min: 100, max: 200 };
const lifetimeSeconds = 300;

type Secrets = { hmacSignatureSecret: string; hmacKeySignatureSecret: string };

export class ProofOfWork {
  /** The first one signs challenges; challenges signed with any of them are accepted. */
  readonly #secrets: Secrets[];
  readonly #spendOnce: SpendOnce;

  constructor(sessionKeys: KeyList, spendOnce: SpendOnce) {
    this.#secrets = sessionKeys.map(({ secret }) => {
      const derive = (purpose: string) =>
        createHmac('sha256', secret).update(`seatdrop proof ${purpose}`).digest('hex');
      return { hmacSignatureSecret: derive('challenge'), hmacKeySignatureSecret: derive('key') };
    });
    this.#spendOnce = spendOnce;
  }

  challenge({ purpose, email }: Purpose, weight: number, now: number = Date.now()): Promise<Challenge> {
    const maxCounter = tries.max * weight;
    return createChallenge({
      algorithm: 'PBKDF2/SHA-256',
      cost,
      counter: randomInt(maxCounter, tries.min * weight),
      deriveKey,
      data: { purpose, email, weight, most: maxCounter },
      expiresAt: Math.floor(now / 1000) + lifetimeSeconds,
      ...this.#secrets[0]!,
    }) as Promise<Challenge>;
  }

  /**
   * A proof of a quarter of the required weight is accepted too, since other people's attempts may raise the weight
   * while somebody solves a challenge.
   */
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
