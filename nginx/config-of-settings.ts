import type { FrontDoorSettings } from './front-door-settings.ts';
import { nginxConfig } from './config.ts';

/** The nginx.conf of a front door that is not the local stack's. It logs requests to stdout. */
export function configOfSettings(settings: FrontDoorSettings): string {
  return nginxConfig({
    listen: `0.0.0.0:${settings.FRONT_DOOR_PORT}`,
    upstreams: {
      publisher: settings.FRONT_DOOR_PUBLISHERS,
      realtime: settings.FRONT_DOOR_REALTIMES,
      general: settings.FRONT_DOOR_GENERALS,
      sandboxPayments: settings.FRONT_DOOR_SANDBOX_PAYMENTS,
    },
    trustedProxies: settings.FRONT_DOOR_TRUSTED_PROXIES,
    dir: settings.FRONT_DOOR_DIR,
    limits: settings.FRONT_DOOR_LIMITS,
    ...(settings.PUBLIC_URL !== undefined && { publicUrl: settings.PUBLIC_URL }),
    accessLog: '/dev/stdout',
    ...(settings.FRONT_DOOR_PAGES !== undefined && { pages: settings.FRONT_DOOR_PAGES }),
  });
}
