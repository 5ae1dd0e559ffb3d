import { z } from 'zod';
import { commonSettings, mysqlSettings, readConfig, sessionSettings } from '../../../shared/tier/config.ts';
import type { KeyList } from '../../../shared/auth/key-list.ts';
import { CannotRun } from '../../cli.ts';
import { findRunningSystem } from '../../running-system.ts';

const settings = z.object({
  // To be said in so many words: production must not be taken for anything else.
  SEATDROP_ENV: commonSettings.SEATDROP_ENV,
  ...mysqlSettings,
  ...sessionSettings,
});

export type BuyersDatabase = { mysqlUrl: string; sessionKeys: KeyList };

/**
 * Where buyers are to be made: what the environment names, or else the system that `npm start` runs.
 * @throws {CannotRun} when there is none, or it is in production and nobody said that this is meant
 * @throws {ConfigError} when only part of the environment is there
 */
export async function findDatabase(
  env: Record<string, string | undefined>,
  yesInProduction: boolean,
): Promise<BuyersDatabase> {
  if (env['SEATDROP_ENV'] === 'production' && !yesInProduction)
    throw new CannotRun(
      'SEATDROP_ENV is production: test buyers have sessions without ever having signed in. If that is what you want, ' +
        'say --yes-in-production.',
    );
  if (env['MYSQL_URL'] === undefined && env['SESSION_KEYS'] === undefined) {
    const running = await findRunningSystem();
    return { mysqlUrl: running.env.MYSQL_URL, sessionKeys: running.env.SESSION_KEYS };
  }
  const { MYSQL_URL, SESSION_KEYS } = readConfig(settings, env);
  return { mysqlUrl: MYSQL_URL, sessionKeys: SESSION_KEYS };
}
