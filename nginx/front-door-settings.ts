import { z } from 'zod';
import { hostsAndPorts, whole } from '../shared/tier/config.ts';
import { parseLimits } from '../shared/http/front-door-limits.ts';

const upstreams = hostsAndPorts.transform((list) => list.split(','));

/** What nginx's configuration is made from where it is not the local stack's: see nginx/write-config.ts. */
export const frontDoorSettings = z.object({
  FRONT_DOOR_PORT: whole(1, 65_535).default(8080).describe('The port nginx listens on, on all addresses.'),
  FRONT_DOOR_PUBLISHERS: upstreams.describe('host:port of every publisher, separated by commas.'),
  FRONT_DOOR_REALTIMES: upstreams.describe('host:port of every realtime process, separated by commas.'),
  FRONT_DOOR_GENERALS: upstreams.describe('host:port of every general process, separated by commas.'),
  FRONT_DOOR_TRUSTED_PROXIES: z
    .string()
    .regex(/^([\da-f.:/]+(,[\da-f.:/]+)*)?$/i, 'must be addresses or networks')
    .default('')
    .transform((list) => list.split(',').filter((each) => each !== ''))
    .describe(
      'Addresses or networks of what stands before nginx (a load balancer that ends TLS), whose X-Forwarded-For and ' +
        'X-Forwarded-Proto are believed, separated by commas. None: whoever connects is the client.',
    ),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'Where browsers reach the system: requests for any other host are refused, and https decides which cookie has the ' +
        'session. Without it every host is served, by http.',
    ),
  FRONT_DOOR_PAGES: z
    .string()
    .startsWith('/')
    .optional()
    .describe('The built web app where nginx runs. Without it general answers for pages.'),
  FRONT_DOOR_DIR: z
    .string()
    .startsWith('/')
    .default('/run/front-door')
    .describe(
      'A folder that nginx may write to, best in memory: for its pid, temporary files and up to 80 MB of answers.',
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
      'Limits that are not the usual ones (shared/http/front-door-limits.ts), separated by commas: ' +
        '`entryPerAddress=100/200` is 100 a second and 200 more at once, `socketsPerAddress=30000` so many at a time.',
    ),
});

export type FrontDoorSettings = Readonly<z.infer<typeof frontDoorSettings>>;
