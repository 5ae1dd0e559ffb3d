import { useEffect, useRef, useState } from 'react';
import { Refusal } from '../api/http.ts';
import type { Challenge } from './solve-proof.ts';

/**
 * During the work others may have raised its difficulty, so a new challenge can follow; more rounds than this
 * are a fault.
 */
const maxRounds = 3;

/**
 * Sends a request. If the server demands a proof of work, solves it and sends the request again. `share` is
 * the progress from 0 to 1; undefined while there is no work.
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

/** Browsers offer PBKDF2 over https and on localhost only. */
const canSolve = () => globalThis.crypto?.subtle !== undefined;

function challengeOf(error: unknown): Challenge | undefined {
  return error instanceof Refusal && error.code === 'proof_required' && canSolve()
    ? (error.body['challenge'] as Challenge)
    : undefined;
}
