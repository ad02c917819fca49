import { type Readable } from 'node:stream';

/** Maximum size that is drained. */
const MAX_DRAINED_BYTES = 10 * 1024 * 1024;
const MAX_DRAIN_MS = 2_000;

/**
 * Reads and discards the rest of a refused request: a connection that is closed with unread data is reset, and the
 * client may not see the response. Resolves when all is read, or at the limit of size or time. Never rejects.
 */
export async function drainRequestBody(body: Readable): Promise<void> {
  if (body.readableEnded || body.destroyed) return;
  const enough = Promise.withResolvers<void>();
  let bytes = 0;
  const count = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_DRAINED_BYTES) enough.resolve();
  };
  const timer = setTimeout(enough.resolve, MAX_DRAIN_MS);
  body.on('data', count).once('end', enough.resolve).once('close', enough.resolve).once('error', enough.resolve);
  body.resume();
  await enough.promise;
  clearTimeout(timer);
  body.off('data', count);
}
