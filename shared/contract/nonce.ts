import { z } from 'zod';

/** Chosen by the caller for one request: a request repeated with the same nonce has no second effect. */
export const nonce = z.string().regex(/^[\w-]{8,64}$/);
