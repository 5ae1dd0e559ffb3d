import type { Deps } from '../../deps.ts';
import type { Route } from '../../http/route.ts';
import { addApp, removeApp, startApp } from './authenticator-app.ts';
import { addPasskey, removePasskey, startPasskey } from './passkeys.ts';
import { renewRecoveryCodes } from './renew-recovery-codes.ts';
import { takeSecondStep } from './second-step.ts';
import { showFactors } from './show-factors.ts';
import { proveAgain, startProof } from './step-up.ts';

/** What users do with their own second factors. */
export function secondFactorRoutes(deps: Deps): Route[] {
  return [
    takeSecondStep(deps),
    showFactors(deps),
    startProof(deps),
    proveAgain(deps),
    startPasskey(deps),
    addPasskey(deps),
    removePasskey(deps),
    startApp(deps),
    addApp(deps),
    removeApp(deps),
    renewRecoveryCodes(deps),
  ];
}
