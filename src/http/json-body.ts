import { errorCodes, type FastifyInstance, type FastifyRequest } from 'fastify';
import { isUtf8 } from 'node:buffer';
import { parseExactJson } from '../common/exact-json.js';

/** A request that is refused before anything reads what it asks for. */
class RequestRefused extends Error {
  readonly statusCode: number;
  readonly code: string;

  constructor(statusCode: number, code: string, message: string) {
    super(message);
    this.statusCode = statusCode;
    this.code = code;
  }
}

const CHARSET = /;\s*charset\s*=\s*"?([^";\s]+)/i;
const UTF_8 = new Set(['utf-8', 'utf8']);

const BYTE_ORDER_MARK = '\uFEFF';

/** @throws RequestRefused when the client has compressed the body: nothing here inflates it */
function checkEncoding({ headers }: FastifyRequest): void {
  const encoding = headers['content-encoding'] ?? '';
  if (['', 'identity'].includes(encoding.toLowerCase())) return;
  throw new RequestRefused(
    415,
    'BODY_ENCODED',
    `The body is encoded as ${encoding.slice(0, 40)}. Send it as it is, without the header Content-Encoding.`,
  );
}

/** @throws RequestRefused when what the query string says is not UTF-8, which would be read as other characters */
function checkQueryString({ raw: { url = '' } }: FastifyRequest): void {
  const begin = url.indexOf('?');
  if (begin !== -1 && !isUtf8Query(url.slice(begin))) {
    throw new RequestRefused(400, 'QUERY_NOT_UTF_8', 'The query string is not UTF-8 in percent escapes.');
  }
}

/** Whether its % escapes are. Node refuses a URL with bytes beyond ASCII by itself. */
function isUtf8Query(query: string): boolean {
  try {
    decodeURIComponent(query);
    return true;
  } catch {
    return false;
  }
}

/** @throws RequestRefused when it is not UTF-8 */
function textOf(contentType: string, body: Buffer): string {
  const [, charset = 'utf-8'] = CHARSET.exec(contentType) ?? [];
  if (!UTF_8.has(charset.toLowerCase())) {
    throw new RequestRefused(415, 'BODY_CHARSET', `The body is sent as ${charset.slice(0, 40)}. Send JSON as UTF-8.`);
  }
  if (!isUtf8(body)) {
    throw new RequestRefused(400, 'BODY_NOT_UTF_8', 'The body is not valid UTF-8. Send JSON as UTF-8.');
  }
  const text = body.toString('utf8');
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

function parseBody({ headers }: FastifyRequest, body: Buffer): unknown {
  const text = textOf(headers['content-type'] ?? '', body);
  if (text === '') throw new errorCodes.FST_ERR_CTP_EMPTY_JSON_BODY();
  try {
    return parseExactJson(text);
  } catch (error) {
    // Nested too deep for the stack; it may be valid JSON.
    if (error instanceof RangeError) throw new RequestRefused(400, 'BODY_TOO_DEEP', 'The body nests too deeply.');
    throw new errorCodes.FST_ERR_CTP_INVALID_JSON_BODY();
  }
}

/**
 * Reads JSON as RFC 8259 has it: UTF-8, and nothing else. What is not is refused, as a decoder would put U+FFFD in the
 * place of what it cannot read. A byte order mark at the start is read over, which the RFC allows: PowerShell and .NET
 * write one.
 */
export function readJsonBodies(http: FastifyInstance): void {
  http.addHook('onRequest', (request, _reply, done) => {
    checkEncoding(request);
    checkQueryString(request);
    done();
  });
  // Fastify's own refuses members named __proto__, and decodes what is not UTF-8.
  http.removeContentTypeParser('application/json');
  http.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    try {
      done(null, parseBody(request, body));
    } catch (error) {
      done(error instanceof Error ? error : new Error('The body cannot be read', { cause: error }));
    }
  });
}
