import { z } from 'zod';
import { commonSettings, mysqlSettings, readConfig, sessionSettings } from '../../../shared/tier/config.ts';
import type { KeyList } from '../../../shared/auth/key-list.ts';
import { CannotRun } from '../../cli.ts';
import { findRunningSystem } from '../../running-system.ts';

const settings = z.object({
  // Has no default, so that production is never mistaken for another environment.
  SEATDROP_ENV: commonSettings.SEATDROP_ENV,
  ...mysqlSettings,
  ...sessionSettings,
});

export type BuyersDatabase = { mysqlUrl: string; sessionKeys: KeyList };

/**
 * The database for the buyers: the one that the environment names, otherwise that of the system that `npm start` runs.
 * @throws {CannotRun} if there is none, or it is in production without --yes-in-production
 * @throws {ConfigError} if the environment has only some of the settings
 */
export async function findDatabase(
  env: Record<string, string | undefined>,
  yesInProduction: boolean,
): Promise<BuyersDatabase> {
  if (env['SEATDROP_ENV'] === 'production' && !yesInProduction)
    throw new CannotRun(
      'SEATDROP_ENV is production: test buyers get sessions without signing in. To do this anyway, pass --yes-in-production.',
    );
  if (env['MYSQL_URL'] === undefined && env['SESSION_KEYS'] === undefined) {
    const running = await findRunningSystem();
    return { mysqlUrl: running.env.MYSQL_URL, sessionKeys: running.env.SESSION_KEYS };
  }
  const { MYSQL_URL, SESSION_KEYS } = readConfig(settings, env);
  return { mysqlUrl: MYSQL_URL, sessionKeys: SESSION_KEYS };
}
