import { type Readable } from 'node:stream';

/** Enough for whoever pasted a file; more is not worth the line. */
const MOST_BYTES = 10 * 1024 * 1024;
const MOST_MS = 2_000;

/**
 * Reads the rest of a request that is refused, and keeps none of it: a connection that is closed with something unread
 * is reset, and the client may not see the answer. Resolves when all is read, or when it becomes too much or takes too
 * long. Never rejects.
 */
export async function drainRequestBody(body: Readable): Promise<void> {
  if (body.readableEnded || body.destroyed) return;
  const enough = Promise.withResolvers<void>();
  let bytes = 0;
  const count = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) enough.resolve();
  };
  const timer = setTimeout(enough.resolve, MOST_MS);
  body.on('data', count).once('end', enough.resolve).once('close', enough.resolve).once('error', enough.resolve);
  body.resume();
  await enough.promise;
  clearTimeout(timer);
  body.off('data', count);
}
