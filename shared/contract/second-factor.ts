/** The second factor: passkeys (WebAuthn), codes of an authenticator app (TOTP), and recovery codes. */
import { z } from 'zod';
import { signedIn } from './accounts.ts';
import { id, idInPath } from './ids.ts';
import { label, prose } from './text.ts';
import { time } from './times.ts';

const token = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .meta({ description: 'From the answer that asked for this; it is valid for a few minutes' });

const base64url = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .regex(/^[\w-]+$/);

/** What a browser adds is ignored, since later browsers add more. */
const credential = {
  id: base64url(700),
  rawId: base64url(700),
  type: z.literal('public-key'),
  clientExtensionResults: z.record(z.string(), z.unknown()),
};

const assertion = z
  .object({
    ...credential,
    response: z.object({
      clientDataJSON: base64url(2_000),
      authenticatorData: base64url(2_000),
      signature: base64url(8_000),
      userHandle: base64url(200).optional(),
    }),
  })
  .meta({ id: 'PasskeyAssertion', description: 'What `navigator.credentials.get` returned, as JSON' });

const attestation = z
  .object({
    ...credential,
    response: z.object({
      clientDataJSON: base64url(2_000),
      attestationObject: base64url(10_000),
      transports: z
        .array(z.string().regex(/^[a-z-]{1,20}$/))
        .max(8)
        .optional(),
    }),
  })
  .meta({ id: 'NewPasskey', description: 'What `navigator.credentials.create` returned, as JSON' });

/** Authenticator apps show the six digits in groups. */
const code = z
  .string()
  .max(20)
  .overwrite((typed) => typed.replaceAll(/[\s-]/g, ''))
  .regex(/^\d{6}$/);

const recoveryCode = z
  .string()
  .max(40)
  .overwrite((typed) => typed.replaceAll(/[\s-]/g, '').toUpperCase())
  .regex(/^[A-Z2-7]{16}$/);

const answer = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('passkey'), response: assertion }),
  z.strictObject({ kind: z.literal('code'), code }),
  z.strictObject({ kind: z.literal('recovery'), code: recoveryCode }),
]);

/** Proves a second factor: the second step of a sign-in, or again for one act. */
export const factorProof = z.strictObject({ token, answer });

const options = z.record(z.string(), z.unknown());

export const secondStep = z
  .object({
    token: z.string().meta({ description: 'To send with the second factor; it gives access to nothing' }),
    methods: z.array(z.enum(['passkey', 'code', 'recovery'])),
    passkey: options.optional().meta({ description: 'Options for `navigator.credentials.get`, as JSON' }),
  })
  .meta({ id: 'SecondStep', description: 'A second factor is asked for' });

export const factors = z
  .object({
    isCompulsory: z.boolean().meta({ description: 'Whether the role needs a second factor here' }),
    isProven: z.boolean().meta({ description: 'Whether this session has proven one' }),
    passkeysPossible: z.boolean().meta({ description: 'False if this system is reached by an IP address' }),
    passkeys: z.array(z.object({ id, name: z.string(), createdAt: time, usedAt: time.nullable() })),
    appAddedAt: time.nullable().meta({ description: 'Null without an authenticator app' }),
    recoveryCodesLeft: z.int(),
  })
  .meta({ id: 'SecondFactors' });

/** Adding a factor begins with this. */
export const factorStart = z.strictObject({
  password: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'Needed for the first factor; later ones need a proof of a present one' }),
});

export const passkeyStart = z.object({ token: z.string(), options: options });

export const newPasskey = z.strictObject({ token, name: label(60), response: attestation });

export const appStart = z.object({
  token: z.string(),
  secret: z.string().meta({ description: 'Base32, for typing into an app' }),
  uri: z.string().meta({ description: 'The same as an otpauth URI, for a QR code' }),
});

export const newApp = z.strictObject({ token, code });

const recoveryCodes = z
  .array(z.string())
  .meta({ description: 'Shown this once; each signs in once in place of the second factor' });

export const factorAdded = z.object({
  session: signedIn,
  recoveryCodes: recoveryCodes.optional().meta({ description: 'With the first factor' }),
});

export const recoveryCodeList = z.object({ recoveryCodes });

export const passkeyParams = z.object({ id: idInPath });

export const factorRemoval = z.strictObject({
  reason: prose(500).min(3).meta({ description: 'For the audit log; the user is not told' }),
});
