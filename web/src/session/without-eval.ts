/** The content security policy forbids making code at run time, and asking whether it does is reported as a breach. */
import { config } from 'zod';

config({ jitless: true });
