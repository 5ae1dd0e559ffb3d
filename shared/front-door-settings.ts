import { z } from 'zod';
import { hostsAndPorts, whole } from './config.ts';

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
  FRONT_DOOR_PAGES: z
    .string()
    .startsWith('/')
    .optional()
    .describe('The built web app where nginx runs. Without it general answers for pages.'),
  FRONT_DOOR_DIR: z
    .string()
    .startsWith('/')
    .default('/run/front-door')
    .describe('A folder that nginx may write to, for its pid and temporary files.'),
});
