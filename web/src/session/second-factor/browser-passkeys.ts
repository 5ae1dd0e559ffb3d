/** The browser's side of WebAuthn. Everything that it refuses, such as a closed dialog, becomes `NoPasskey`. */
import {
  browserSupportsWebAuthn,
  startAuthentication,
  startRegistration,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser';
import { NoPasskey } from './words.ts';

export const browserHasPasskeys = browserSupportsWebAuthn;

const refused = (cause: unknown): never => {
  throw new NoPasskey('The browser gave no passkey', { cause });
};

/** Only what the contract names is sent. */
export async function askPasskey(options: object) {
  const optionsJSON = options as PublicKeyCredentialRequestOptionsJSON;
  const { id, rawId, type, response } = await startAuthentication({ optionsJSON }).catch(refused);
  return { id, rawId, type, response, clientExtensionResults: {} };
}

export async function makePasskey(options: object) {
  const optionsJSON = options as PublicKeyCredentialCreationOptionsJSON;
  const { id, rawId, type, response } = await startRegistration({ optionsJSON }).catch(refused);
  const { clientDataJSON, attestationObject, transports } = response;
  return {
    id,
    rawId,
    type,
    response: { clientDataJSON, attestationObject, transports },
    clientExtensionResults: {},
  };
}
