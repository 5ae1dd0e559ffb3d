/** WebAuthn by @simplewebauthn/server, bound to the address at which browsers reach the system. */
import { isIP } from 'node:net';
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { PasskeyRow } from './factors.ts';

/** WebAuthn binds passkeys to a domain name, which an IP address is not. */
export function passkeysPossible({ hostname }: URL): boolean {
  return isIP(hostname.replaceAll(/[[\]]/g, '')) === 0;
}

const asked = ({ credential_id, transports }: PasskeyRow) => ({
  id: credential_id,
  transports: transports.split(',').filter(Boolean),
});

export function askForPasskey(publicUrl: URL, passkeys: readonly PasskeyRow[]) {
  return generateAuthenticationOptions({
    rpID: publicUrl.hostname,
    allowCredentials: passkeys.map(asked),
    // The password was the first factor, so having the device is enough.
    userVerification: 'preferred',
  });
}

export function askForNewPasskey(
  publicUrl: URL,
  { id, email, name }: { id: number; email: string; name: string },
  passkeys: readonly PasskeyRow[],
) {
  return generateRegistrationOptions({
    rpName: 'Seatdrop',
    rpID: publicUrl.hostname,
    userName: email,
    userDisplayName: name,
    userID: new Uint8Array(Buffer.from(`seatdrop ${id}`)),
    attestationType: 'none',
    excludeCredentials: passkeys.map(asked),
    authenticatorSelection: { residentKey: 'discouraged', userVerification: 'preferred' },
  });
}

/** The library throws if a field says something else than what was asked for. */
function unlessRefused<T>(check: Promise<T>): Promise<T | undefined> {
  return check.catch(() => undefined);
}

/** The new counter; undefined if this is no valid answer of this passkey to this challenge. */
export async function counterAfter(
  publicUrl: URL,
  challenge: string,
  { credential_id, public_key, counter }: PasskeyRow,
  response: object,
): Promise<number | undefined> {
  const checked = await unlessRefused(
    verifyAuthenticationResponse({
      response: response as AuthenticationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: publicUrl.origin,
      expectedRPID: publicUrl.hostname,
      credential: { id: credential_id, publicKey: new Uint8Array(public_key), counter },
      requireUserVerification: false,
    }),
  );
  return checked?.verified === true ? checked.authenticationInfo.newCounter : undefined;
}

/** The passkey to store; undefined if this is no valid answer to this challenge. */
export async function newPasskeyOf(publicUrl: URL, challenge: string, response: object) {
  const sent = response as RegistrationResponseJSON;
  const checked = await unlessRefused(
    verifyRegistrationResponse({
      response: sent,
      expectedChallenge: challenge,
      expectedOrigin: publicUrl.origin,
      expectedRPID: publicUrl.hostname,
      requireUserVerification: false,
    }),
  );
  if (checked?.verified !== true) return undefined;
  const { id, publicKey, counter } = checked.registrationInfo.credential;
  const transports = (sent.response.transports ?? []).join(',').slice(0, 100);
  return { credential_id: id, public_key: Buffer.from(publicKey), counter, transports };
}
