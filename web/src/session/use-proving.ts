import { useEffect, useRef, useState } from 'react';
import { Refusal } from '../api/http.ts';
import type { Challenge } from './solve-proof.ts';

/** While somebody solves, others may have raised the weight; more often than this it is no accident. */
const maxRounds = 3;

/**
 * Sends something, and where the server asks for a proof of work does the work and sends it again. `share` is how much of
 * the work is done, from 0 to 1; undefined while there is none.
 */
export function useProving() {
  const [share, setShare] = useState<number>();
  const leaving = useRef<AbortController>(undefined);
  useEffect(() => () => leaving.current?.abort(), []);

  const send = async <Body extends object>(
    body: Body,
    deliver: (body: Body & { proof?: unknown }) => Promise<void>,
  ): Promise<void> => {
    const controller = new AbortController();
    leaving.current = controller;
    let sent: Body & { proof?: unknown } = body;
    try {
      for (let round = 1; ; round += 1) {
        try {
          await deliver(sent);
          return;
        } catch (error) {
          const challenge = challengeOf(error);
          if (!challenge || round > maxRounds || controller.signal.aborted) throw error;
          setShare(0);
          const { solveProof } = await import('./solve-proof.ts');
          sent = { ...body, proof: await solveProof(challenge, controller, setShare) };
        }
      }
    } finally {
      setShare(undefined);
    }
  };
  return { send, share };
}

/** Browsers have what it takes over https, and on their own machine, alone. */
const canSolve = () => globalThis.crypto?.subtle !== undefined;

function challengeOf(error: unknown): Challenge | undefined {
  return error instanceof Refusal && error.code === 'proof_required' && canSolve()
    ? (error.body['challenge'] as Challenge)
    : undefined;
}
