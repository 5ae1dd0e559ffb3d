/** The languages of the pages, each by its own name. */
export const locales = { en: 'English', 'zh-Hant': '繁體中文' } as const;
export type Locale = keyof typeof locales;
