import { loadedPath } from '../shell/reload.ts';

/**
 * Whether this document was loaded as a pay page, whose policy lets the payment provider in. A page reached by a link
 * within the pages has the policy of the page at which it began.
 */
export const isPayDocument = () => /^\/drops\/\d+\/pay\/?$/.test(loadedPath);
