import { type FastifyInstance } from 'fastify';
import {
  brotliCompress,
  brotliCompressSync,
  constants,
  gzip,
  gzipSync,
  zstdCompress,
  zstdCompressSync,
} from 'node:zlib';
import { weightedValues } from './weighted-values.js';

/** Minimum size: a smaller response fits into one packet with its headers, so compression does not speed it up. */
const MIN_BYTES = 1_400;
/**
 * From this size on compression takes milliseconds and runs in libuv's thread pool; below, switching threads costs
 * more.
 */
const BESIDE_FROM_CHARACTERS = 256 * 1024;

const GZIP = { level: 1 };
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 0 } };
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

interface Encoding {
  readonly name: string;
  readonly now: (text: string) => Buffer;
  readonly beside: (text: string, done: (error: Error | null, compressed: Buffer) => void) => void;
}

/** The cheapest first, each at its cheapest level: figures in docs/decisions/0091-compression.md. */
const ENCODINGS: readonly Encoding[] = [
  { name: 'zstd', now: (text) => zstdCompressSync(text, ZSTD), beside: (text, done) => zstdCompress(text, ZSTD, done) },
  {
    name: 'br',
    now: (text) => brotliCompressSync(text, BROTLI),
    beside: (text, done) => brotliCompress(text, BROTLI, done),
  },
  { name: 'gzip', now: (text) => gzipSync(text, GZIP), beside: (text, done) => gzip(text, GZIP, done) },
];

/** Whether an Accept-Encoding header (RFC 9110, 12.5.3) names an encoding, by itself or by `*`. */
export function acceptsEncoding(header: string | undefined, name: string): boolean {
  if (header === undefined) return false;
  const values = weightedValues(header);
  const named = values.find(({ value }) => value === name) ?? values.find(({ value }) => value === '*');
  return named !== undefined && named.weight > 0;
}

/**
 * Compresses answers that are text, for clients that take it. A client that accepts several encodings gets the one that
 * costs the server least, regardless of its weights.
 */
export function compressResponses(http: FastifyInstance): void {
  http.addHook('onSend', (request, reply, payload, done) => {
    if (typeof payload !== 'string' || reply.hasHeader('content-encoding') || isSmall(payload)) {
      done(null, payload);
      return;
    }
    addVary(reply);
    const accepted = request.headers['accept-encoding'];
    const encoding = ENCODINGS.find(({ name }) => acceptsEncoding(accepted, name));
    if (encoding === undefined) {
      done(null, payload);
      return;
    }
    reply.header('content-encoding', encoding.name).removeHeader('content-length');
    if (payload.length < BESIDE_FROM_CHARACTERS) {
      done(null, encoding.now(payload));
      return;
    }
    encoding.beside(payload, done);
  });
}

function isSmall(text: string): boolean {
  return text.length < MIN_BYTES && Buffer.byteLength(text) < MIN_BYTES;
}

function addVary(reply: { getHeader(name: string): unknown; header(name: string, value: string): unknown }): void {
  const vary = reply.getHeader('vary');
  const names = Array.isArray(vary) ? vary.join(', ') : vary;
  reply.header('vary', typeof names === 'string' && names !== '' ? `${names}, Accept-Encoding` : 'Accept-Encoding');
}
