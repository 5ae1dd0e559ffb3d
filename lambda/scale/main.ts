/** The lambda `scale`, called by EventBridge Scheduler. Its handler is `index.handler`. */
import { readConfig } from '../../shared/tier/config.ts';
import { createLog } from '../../shared/tier/log.ts';
import { createScale } from './handler.ts';
import { scaleSettings } from './settings.ts';

const settings = readConfig(scaleSettings);

/** Created once; the runtime calls it for every event. */
export const handler = createScale({ settings, log: createLog('scale', settings.LOG_LEVEL) });
