import { z } from 'zod';

/** Made up by the caller for one request: sent again with the same one, it is the same request. */
export const nonce = z.string().regex(/^[\w-]{8,64}$/);
