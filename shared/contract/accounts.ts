import { z } from 'zod';
import { emailAddress } from './email.ts';
import { fault } from './fault-codes.ts';
import { id } from './ids.ts';
import { pageQuery } from './paging.ts';
import { proof } from './proof.ts';
import { label, prose, searchText, secretText } from './text.ts';
import { time } from './times.ts';

const role = z.enum(['shopper', 'organizer', 'admin']);

/** A new password. general refuses easy ones besides (general/accounts/password-rules.ts). */
const newPassword = secretText(10, 200);

export const signUpBody = z.strictObject({
  email: emailAddress,
  password: newPassword,
  name: label(100),
});

/** A password set earlier may be shorter than the present minimum. */
const knownPassword = z.string().min(1).max(200);

export const signInBody = z.strictObject({
  email: emailAddress,
  password: knownPassword,
  proof: proof
    .optional()
    .meta({ description: 'The solution of the challenge that came with the problem `proof_required`' }),
});

export const forgotBody = z.strictObject({ email: emailAddress });

const linkToken = z
  .string()
  .min(1)
  .max(1_000)
  .meta({ description: 'From the link in the mail, after the `#`' });

export const confirmBody = z.strictObject({ token: linkToken });

export const confirmed = z.object({
  email: z.string().meta({ description: 'The address, which is now confirmed' }),
});

export const emailChange = z.strictObject({ current: knownPassword, email: emailAddress });

export const resetBody = z.strictObject({
  token: linkToken,
  password: newPassword,
});

export const passwordChange = z.strictObject({ current: knownPassword, next: newPassword });

export const user = z
  .object({ id, email: z.string(), name: z.string(), role })
  .meta({ id: 'User', description: 'A user, as they see themselves' });

const scope = z.enum(['tickets', 'unconfirmed']).optional().meta({
  description:
    '`tickets`: the user is banned, and the session gives access only to their orders and tickets; every other call that needs a session gets the problem `banned`. `unconfirmed`: the e-mail address is not confirmed, and entries get the problem `email_not_confirmed`',
});

/** Of mails. */
const locale = z.enum(['en', 'zh-Hant']);

export const me = z.object({
  user,
  locale: locale.nullable().meta({ description: 'Language of mails; null: not known, so English' }),
  scope,
  needs: z.enum(['factor', 'proof']).optional().meta({
    description:
      'The role needs a second factor, without which this session does what a shopper’s does: `factor`: the user has to add one; `proof`: has one and has to prove it',
  }),
});

export const profileChange = z
  .strictObject({ name: label(100).optional(), locale: locale.optional() })
  .refine(
    ({ name, locale: chosen }) => name !== undefined || chosen !== undefined,
    fault('nothing_to_change'),
  );

export const signedIn = z
  .object({
    ...me.shape,
    token: z.string().meta({ description: 'For `Authorization: Bearer`; browsers also get it as a cookie' }),
  })
  .meta({ id: 'SignedIn' });

export const account = z
  .object({
    ...user.shape,
    bannedAt: time.nullable(),
    banReason: z
      .string()
      .nullable()
      .meta({ description: 'Null if the user is not banned, or was before reasons were asked for' }),
    createdAt: time,
  })
  .meta({ id: 'Account', description: 'A user account, as admins see it' });

export const userSearch = z.strictObject({
  ...pageQuery,
  email: emailAddress.optional().meta({ description: 'The exact address' }),
  query: searchText(254).optional().meta({
    description: 'The beginning of the address, or a part of the name',
  }),
});
/** The `sid` of a session's token. */
const sessionId = z.string().regex(/^[\w-]{1,32}$/);

export const sessionParams = z.object({ id: sessionId });

export const sessionList = z.object({
  sessions: z.array(
    z
      .object({
        id: sessionId,
        current: z.boolean().meta({ description: 'Whether it is the session of this request' }),
        madeAt: time,
        seenAt: time.meta({ description: 'When it was last used, to the hour' }),
        browser: z.string().nullable().meta({ description: 'Null if the client did not name a known one' }),
        system: z.string().nullable().meta({ description: 'Null if the client did not name a known one' }),
        address: z.string().meta({
          description: 'Where it was signed in: an IPv4 address, or the network of an IPv6 address',
        }),
      })
      .meta({ id: 'Session', description: 'A sign-in that is valid, as its user sees it' }),
  ),
});

export const roleChange = z.strictObject({ role });

export const newBan = z.strictObject({
  reason: prose(500)
    .min(3)
    .meta({ description: 'Shown to admins and kept in the audit log; the user is not told' }),
});
