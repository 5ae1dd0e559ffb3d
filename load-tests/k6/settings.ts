/** Options come by environment (`k6 run -e NAME=VALUE`). One that is wrong ends the run before it begins. */

export function text(name: string, otherwise?: string): string {
  const value = __ENV[name] ?? '';
  if (value !== '') return value;
  if (otherwise === undefined)
    throw new Error(`${name} is missing: k6 run -e ${name}=... (see the script's head)`);
  return otherwise;
}

export function number(name: string, otherwise: number, min = 0, max = Infinity): number {
  const value = __ENV[name] ?? '';
  if (value === '') return otherwise;
  const parsed = /^\d+(\.\d+)?$/.test(value) ? Number(value) : NaN;
  if (!(parsed >= min && parsed <= max))
    throw new Error(`${name} must be a number from ${min} to ${max}, not '${value}'`);
  return parsed;
}

/** Seconds, written as `90`, `90s`, `5m` or `1h`. */
export function seconds(name: string, otherwise: number): number {
  const value = __ENV[name] ?? '';
  if (value === '') return otherwise;
  const [, amount = '', unit = 's'] = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(value) ?? [];
  const parsed = Number(amount) * ({ s: 1, m: 60, h: 3600 }[unit || 's'] ?? NaN);
  if (amount === '' || !(parsed > 0))
    throw new Error(`${name} must be a time such as 30s or 5m, not '${value}'`);
  return parsed;
}

/** The front door, without a slash at its end. */
export const baseUrl = text('BASE_URL', 'http://127.0.0.1:8080').replace(/\/$/, '');

/** The id of the drop. */
export const dropId = Number(text('DROP'));
if (!Number.isSafeInteger(dropId) || dropId < 1)
  throw new Error(`DROP must be the id of a drop, not '${text('DROP')}'`);
