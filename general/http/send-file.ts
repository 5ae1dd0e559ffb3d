import type { Request, Response } from 'express';
import type { FileAnswer } from './route.ts';

/** Sends a file of one user: browsers may keep it, and ask each time whether it has changed. */
export async function sendFile(
  req: Request,
  res: Response,
  contentType: string,
  { file: { fileName, etag, make } }: FileAnswer,
): Promise<void> {
  res.set({ 'Cache-Control': 'private, no-cache', ETag: etag });
  if (req.fresh) {
    res.status(304).end();
    return;
  }
  try {
    const content = await make();
    res.set('Content-Type', contentType);
    res.set('Content-Disposition', `attachment; filename="${fileName}"`);
    res.send(content);
  } catch (error) {
    res.set('Cache-Control', 'no-store').removeHeader('ETag');
    throw error;
  }
}
