/** Reads settings from the environment (`k6 run -e NAME=VALUE`). A wrong value stops the run before it begins. */

export function text(name: string, fallback?: string): string {
  const value = __ENV[name] ?? '';
  if (value !== '') return value;
  if (fallback === undefined)
    throw new Error(`${name} is missing: k6 run -e ${name}=... (see the script's head)`);
  return fallback;
}

export function number(name: string, fallback: number, min = 0, max = Infinity): number {
  const value = __ENV[name] ?? '';
  if (value === '') return fallback;
  const parsed = /^\d+(\.\d+)?$/.test(value) ? Number(value) : NaN;
  if (!(parsed >= min && parsed <= max))
    throw new Error(`${name} must be a number from ${min} to ${max}, not '${value}'`);
  return parsed;
}

/** Reads a duration written as `90`, `90s`, `5m` or `1h`. Returns seconds. */
export function seconds(name: string, fallback: number): number {
  const value = __ENV[name] ?? '';
  if (value === '') return fallback;
  const [, amount = '', unit = 's'] = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(value) ?? [];
  const parsed = Number(amount) * ({ s: 1, m: 60, h: 3600 }[unit || 's'] ?? NaN);
  if (amount === '' || !(parsed > 0))
    throw new Error(`${name} must be a time such as 30s or 5m, not '${value}'`);
  return parsed;
}

/** URL of the front door, without a trailing slash. */
export const baseUrl = text('BASE_URL', 'http://127.0.0.1:8080').replace(/\/$/, '');

export const dropId = Number(text('DROP'));
if (!Number.isSafeInteger(dropId) || dropId < 1)
  throw new Error(`DROP must be the id of a drop, not '${text('DROP')}'`);
