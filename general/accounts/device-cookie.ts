/**
 * Remembers, on a device, which accounts have signed in there, in an httpOnly cookie that travels to /api/auth alone. It
 * only says that wrong passwords that others try are no reason to make this device prove work (sign-in-guard.ts).
 */
import { randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import { deviceKeptMs, signDevice, verifyDevice, type Device } from '../../shared/auth/device-token.ts';
import type { KeyList } from '../../shared/auth/key-list.ts';
import { schemeOf } from '../../shared/auth/session-cookie.ts';

/** A family's, on one device. */
const maxAccounts = 5;

function readDevice(req: Request, sessionKeys: KeyList): Device | undefined {
  const token = /(?:^|;)[ \t]*device=([^;]*)/.exec(req.headers.cookie ?? '')?.[1];
  return token === undefined ? undefined : verifyDevice(token.trim(), sessionKeys);
}

/** Names the device a request is from, if it has signed in to this account before. */
export function knownDevice(
  req: Request,
  userId: number | undefined,
  sessionKeys: KeyList,
): string | undefined {
  const device = readDevice(req, sessionKeys);
  return device && userId !== undefined && device.accounts.includes(userId) ? device.id : undefined;
}

/** After signing in: the device knows the account from now on. */
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
