/**
 * The content security policy forbids eval, and zod's test whether it is allowed would be reported as a
 * violation.
 */
import { config } from 'zod';

config({ jitless: true });
