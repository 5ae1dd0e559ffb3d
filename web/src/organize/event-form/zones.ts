/** The time zones to choose from, and which one is meant by what somebody typed. */
import { deviceZone } from '../../i18n/times.ts';

let known: readonly string[] | undefined;

/** IANA names, in their order. The device's own zone is among them even where the browser lists it by another name. */
export function allZones(): readonly string[] {
  known ??= [...new Set([...Intl.supportedValuesOf('timeZone'), 'UTC', deviceZone()])].toSorted();
  return known;
}

/**
 * The zone's IANA name. A name counts in upper or lower case and with blanks for `_`, and the city alone is enough
 * where only one zone has it: `new york`.
 */
export function zoneNamed(typed: string): string | undefined {
  const wanted = plain(typed);
  if (wanted === '') return undefined;
  const exact = allZones().find((zone) => plain(zone) === wanted);
  if (exact !== undefined) return exact;
  const [found, ...others] = allZones().filter((zone) => plain(zone).split('/').at(-1) === wanted);
  return others.length === 0 ? found : undefined;
}

/** Under how else a zone is looked for: `New York, Eastern Time`. */
export function zoneLabel(zone: string, tag: string): string {
  const city = zone.split('/').at(-1)?.replaceAll('_', ' ') ?? zone;
  const name = new Intl.DateTimeFormat(tag, { timeZone: zone, timeZoneName: 'longGeneric' })
    .formatToParts()
    .find(({ type }) => type === 'timeZoneName')?.value;
  return name === undefined ? city : `${city}, ${name}`;
}

const plain = (name: string) => name.trim().toLowerCase().replaceAll(/[ _]+/g, '_');
