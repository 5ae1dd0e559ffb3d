/** The lambda `scale`: its handler is `index.handler`. What EventBridge Scheduler says becomes capacity. */
import { readConfig } from '../../shared/config.ts';
import { createLog } from '../../shared/log.ts';
import { createScale } from './handler.ts';
import { scaleSettings } from './settings.ts';

const settings = readConfig(scaleSettings);

/** Made once; the runtime calls the same one again and again. */
export const handler = createScale({ settings, log: createLog('scale', settings.LOG_LEVEL) });
