import { z } from 'zod';
import { hostsAndPorts, whole } from '../shared/tier/config.ts';
import { parseLimits } from '../shared/http/front-door-limits.ts';

const upstreams = hostsAndPorts.transform((list) => list.split(','));

/** Settings of a front door other than the local one: see nginx/write-config.ts. */
export const frontDoorSettings = z.object({
  FRONT_DOOR_PORT: whole(1, 65_535).default(8080).describe('Port that nginx listens on, on all addresses.'),
  FRONT_DOOR_PUBLISHERS: upstreams.describe('host:port of every publisher, separated by commas.'),
  FRONT_DOOR_REALTIMES: upstreams.describe('host:port of every realtime process, separated by commas.'),
  FRONT_DOOR_GENERALS: upstreams.describe('host:port of every general process, separated by commas.'),
  FRONT_DOOR_SANDBOX_PAYMENTS: upstreams
    .optional()
    .describe(
      'host:port of the sandbox payment provider, whose frames the pages show. Only where it is the provider.',
    ),
  FRONT_DOOR_TRUSTED_PROXIES: z
    .string()
    .regex(/^([\da-f.:/]+(,[\da-f.:/]+)*)?$/i, 'must be addresses or networks')
    .default('')
    .transform((list) => list.split(',').filter((each) => each !== ''))
    .describe(
      'Addresses or networks of the load balancer before nginx, whose X-Forwarded-For and ' +
        'X-Forwarded-Proto are trusted, separated by commas. Empty: the connecting address is the client.',
    ),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'The address that browsers use. Requests for other hosts are refused, and https decides the name of the ' +
        'session cookie. Without it every host is served, by http.',
    ),
  FRONT_DOOR_PAGES: z
    .string()
    .startsWith('/')
    .optional()
    .describe('Folder of the built web app on the machine of nginx. Without it general serves the pages.'),
  FRONT_DOOR_DIR: z
    .string()
    .startsWith('/')
    .default('/run/front-door')
    .describe(
      'Folder that nginx may write to, best in memory: pid, temporary files and up to 80 MB of cached answers.',
    ),
  FRONT_DOOR_LIMITS: z
    .string()
    .default('')
    .transform((text, context) => {
      try {
        return parseLimits(text);
      } catch (error) {
        context.addIssue((error as Error).message);
        return z.NEVER;
      }
    })
    .describe(
      'Limits that differ from the defaults (shared/http/front-door-limits.ts), separated by commas: ' +
        '`entryPerAddress=100/200` is a rate of 100 a second with a burst of 200, `socketsPerAddress=30000` a maximum at one time.',
    ),
});

export type FrontDoorSettings = Readonly<z.infer<typeof frontDoorSettings>>;
