/**
 * Remembers which accounts have signed in on a device, in an httpOnly cookie that is sent to /api/auth only. It has
 * one use: wrong passwords that others try on an account do not make a device known to it solve a proof of work
 * (sign-in-guard.ts).
 */
import { randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import { deviceKeptMs, signDevice, verifyDevice, type Device } from '../../shared/auth/device-token.ts';
import type { KeyList } from '../../shared/auth/key-list.ts';
import { schemeOf } from '../../shared/auth/session-cookie.ts';

/** Accounts remembered per device: enough for a family that shares one. */
const maxAccounts = 5;

function readDevice(req: Request, sessionKeys: KeyList): Device | undefined {
  const token = /(?:^|;)[ \t]*device=([^;]*)/.exec(req.headers.cookie ?? '')?.[1];
  return token === undefined ? undefined : verifyDevice(token.trim(), sessionKeys);
}

/** Returns the id of the device that sent the request, if this account has signed in on it before. */
export function knownDevice(
  req: Request,
  userId: number | undefined,
  sessionKeys: KeyList,
): string | undefined {
  const device = readDevice(req, sessionKeys);
  return device && userId !== undefined && device.accounts.includes(userId) ? device.id : undefined;
}

/** Adds the account to the device's cookie after a sign-in. */
export function rememberDevice(
  { req, res }: { req: Request; res: Response },
  userId: number,
  { sessionKeys, publicUrl }: { sessionKeys: KeyList; publicUrl: URL },
): void {
  const device = readDevice(req, sessionKeys);
  const others = (device?.accounts ?? []).filter((id) => id !== userId);
  const token = signDevice(
    {
      id: device?.id ?? randomBytes(12).toString('base64url'),
      accounts: [userId, ...others].slice(0, maxAccounts),
    },
    sessionKeys,
  );
  res.cookie('device', token, {
    httpOnly: true,
    sameSite: 'lax',
    secure: schemeOf(publicUrl) === 'https',
    path: '/api/auth',
    maxAge: deviceKeptMs,
  });
}
