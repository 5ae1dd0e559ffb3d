import { BROWSER_MAP, OS_MAP, parse } from 'bowser';

/** Characters of a user agent that are read: those of browsers are shorter. */
const maxRead = 512;

/** What a browser says it is. Null: not known. */
export type DeviceWords = { browser: string | null; system: string | null };

const browsers = new Set(Object.values(BROWSER_MAP));
const systems = new Set(Object.values(OS_MAP));

/**
 * The names of browser and system in a user agent. Only names that the library lists: for others it returns parts of the
 * header, which anybody may have written.
 */
export function deviceWords(userAgent: string | undefined): DeviceWords {
  if (userAgent === undefined || userAgent === '') return { browser: null, system: null };
  const { browser, os } = parse(userAgent.slice(0, maxRead));
  return { browser: listed(browser.name, browsers), system: listed(os.name, systems) };
}

function listed(name: string | undefined, names: ReadonlySet<string>): string | null {
  return name !== undefined && names.has(name) ? name : null;
}
