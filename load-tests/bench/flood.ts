import type { Drop } from '../../shared/drops/drop.ts';
import type { Measured, BenchSystem } from './bench-system.ts';

export type Flood = Measured & {
  /** Sends entries for a drop as fast as they are answered. Resolves with the number of answers by status. */
  pour: (port: number, drop: Drop, seconds: number) => Promise<Map<number, number>>;
};

const connections = 256;

/** Starts the process that floods the entry path (processes/flood.ts) and prepares its requests for these drops. */
export async function startFlood(system: BenchSystem, drops: readonly Drop[]): Promise<Flood> {
  const process = await system.startProcess('flood', {
    MYSQL_URL: system.servers.mariaDb.url,
    SESSION_KEYS: system.secrets.sessionKey,
  });
  const pour = async (port: number, drop: Drop, seconds: number) => {
    const query = `port=${port}&drop=${drop.id}&connections=${connections}&seconds=${seconds}`;
    const response = await fetch(`${process.url}/?${query}`);
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return new Map(JSON.parse(text) as [number, number][]);
  };
  await system.step('prepare the flood', async () => {
    for (const drop of drops) await pour(0, drop, 0);
  });
  return { ...process, pour };
}
