import { z } from 'zod';

const hex = z.string().regex(/^(?:[0-9a-f]{2}){1,64}$/);

/** A challenge in the format of ALTCHA's libraries (altcha-lib, version 2), which create and solve it. */
export const challenge = z
  .strictObject({
    parameters: z.strictObject({
      algorithm: z.literal('PBKDF2/SHA-256'),
      cost: z.int().positive(),
      data: z.strictObject({
        purpose: z.literal('sign-in'),
        email: z.string().max(254),
        weight: z.int().positive(),
        most: z.int().positive().meta({ description: 'The greatest possible counter' }),
      }),
      expiresAt: z.int().positive().meta({ description: 'Seconds since 1970' }),
      keyLength: z.int().positive(),
      keyPrefix: hex,
      keySignature: hex,
      nonce: hex,
      salt: hex,
    }),
    signature: hex,
  })
  .meta({
    id: 'ProofOfWorkChallenge',
    description:
      'An ALTCHA challenge (version 2), in the member `challenge` of the problem `proof_required`. To solve it: for counter = 0, 1, 2 ... derive the key PBKDF2-HMAC-SHA-256(password = nonce followed by the counter as 32-bit big-endian integer, salt, cost iterations, keyLength bytes), until it begins with keyPrefix',
  });

export const proof = z
  .strictObject({
    challenge,
    solution: z.strictObject({
      counter: z.int().min(0).max(0xffff_ffff),
      derivedKey: hex,
      time: z.number().optional(),
    }),
  })
  .meta({ id: 'ProofOfWork', description: 'An unchanged challenge and its solution. Each can be used once' });
