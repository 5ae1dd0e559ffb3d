/** The lambda `scale`: its handler is `index.handler`. What EventBridge Scheduler says becomes capacity. */
import { readConfig } from '../../shared/tier/config.ts';
import { createLog } from '../../shared/tier/log.ts';
import { createScale } from './handler.ts';
import { scaleSettings } from './settings.ts';

const settings = readConfig(scaleSettings);

/** Made once; the runtime calls the same one again and again. */
export const handler = createScale({ settings, log: createLog('scale', settings.LOG_LEVEL) });
