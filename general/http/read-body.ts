import express, { type Request, type Response } from 'express';
import { invalid } from '../../shared/tier/check-input.ts';
import { Problem } from '../../shared/tier/problems.ts';

/** Bytes. The largest legitimate body, a drop with all its questions, is well below. */
const bodyLimit = 16 * 1024;

const rawBodies = new WeakMap<object, Buffer>();
const parse = express.json({
  limit: bodyLimit,
  inflate: false,
  strict: false,
  type: () => true,
  verify: (req, _res, raw) => void rawBodies.set(req, raw),
});

const form = 'application/x-www-form-urlencoded';
const parseForm = express.raw({ limit: bodyLimit, inflate: false, type: () => true });

/**
 * Reads the body, which must be JSON, or may be a form for a route that takes forms; `body` is undefined if the request
 * has none. Of a field of a form that comes twice, `body` has the last.
 */
export async function readBody(
  req: Request,
  res: Response,
  mayBeForm = false,
): Promise<{ body: unknown; rawBody: Buffer }> {
  const empty =
    req.headers['transfer-encoding'] === undefined && Number(req.headers['content-length'] ?? 0) === 0;
  if (empty) return { body: undefined, rawBody: Buffer.alloc(0) };
  const isForm = mayBeForm && req.is(form) === form;
  if (!isForm && !req.is('application/json')) throw new Problem('unsupported_media_type');
  // JSON is UTF-8, but the parser would accept UTF-7 as well.
  const charset = /charset="?([^";\s]+)/i.exec(req.headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) throw new Problem('unsupported_media_type');
  await new Promise<void>((resolve, reject) => {
    const read = isForm ? parseForm : parse;
    read(req, res, (error?: unknown) => (error === undefined ? resolve() : reject(problemOf(error))));
  });
  if (isForm) {
    const rawBody = req.body as Buffer;
    return { body: Object.fromEntries(new URLSearchParams(rawBody.toString('utf8'))), rawBody };
  }
  return { body: req.body as unknown, rawBody: rawBodies.get(req) ?? Buffer.alloc(0) };
}

/**
 * For routes without a body: a caller that sends one expects it to have an effect.
 * @throws {Problem} invalid_request if there is a body
 */
export async function requireNoBody(req: Request): Promise<void> {
  const { 'transfer-encoding': encoding, 'content-length': length } = req.headers;
  const isEmpty = encoding === undefined ? Number(length ?? 0) === 0 : await endsEmpty(req);
  if (!isEmpty) throw invalid('', 'body_not_expected');
}

/** Whether a body of undeclared length is empty. */
async function endsEmpty(req: Request): Promise<boolean> {
  try {
    // The connection is still needed for the response.
    const { done } = await req.iterator({ destroyOnReturn: false }).next();
    return done === true;
  } catch {
    // The client disconnected in the middle of a body.
    return false;
  }
}

/** The case labels are the error types of body-parser. */
function problemOf(error: unknown): unknown {
  switch (String((error as { type?: string }).type)) {
    case 'entity.too.large':
      return new Problem('body_too_large', { detail: `At most ${bodyLimit} bytes` });
    case 'encoding.unsupported':
      return new Problem('unsupported_media_type', { detail: 'Compressed bodies are not accepted' });
    case 'entity.parse.failed':
    case 'request.size.invalid':
    case 'request.aborted':
      return new Problem('malformed_json');
    default:
      return error;
  }
}
