import { parseCookie, stringifySetCookie } from 'cookie';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Clock } from '../../common/clock.js';

const NAME = 'docket_refresh_token';
/**
 * Browsers take a cookie of such a name from HTTPS only, so that nobody in between plants one by an answer in clear.
 * `__Host-` would need the path "/" (docs/security.md, "The cookie behind a proxy").
 * @see https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes
 */
const SECURE_PREFIX = '__Secure-';

/** What does not change from request to request. */
export interface RefreshCookieSettings {
  readonly name: string;
  /** Below PUBLIC_URL's path: other sites behind the same host never get it. */
  readonly path: string;
  /** Where people come by HTTPS, it never goes out in clear. */
  readonly secure: boolean;
  /** Whether a page of this origin may have the server read it. */
  readonly isTrusted: (origin: string) => boolean;
}

/** @param allowedOrigins whose pages may call, beside our own */
export function refreshCookieSettings(
  publicUrl: string,
  allowedOrigins: readonly (string | RegExp)[],
): RefreshCookieSettings {
  const { origin: own, pathname, protocol } = new URL(publicUrl);
  const secure = protocol === 'https:';
  return {
    name: secure ? `${SECURE_PREFIX}${NAME}` : NAME,
    path: `${pathname.replace(/\/+$/, '')}/graphql`,
    secure,
    isTrusted: (origin) =>
      origin === own ||
      allowedOrigins.some((allowed) => (typeof allowed === 'string' ? allowed === origin : allowed.test(origin))),
  };
}

/**
 * The refresh token in a cookie, for pages in a browser, whose scripts cannot read it there. A browser adds cookies by
 * itself, whichever page makes it send the request: so it is read only where the browser names a trusted origin.
 */
export class RefreshCookie {
  readonly #settings: RefreshCookieSettings;
  readonly #clock: Clock;
  readonly #request: FastifyRequest;
  readonly #reply: FastifyReply;

  constructor(settings: RefreshCookieSettings, clock: Clock, request: FastifyRequest, reply: FastifyReply) {
    this.#settings = settings;
    this.#clock = clock;
    this.#request = request;
    this.#reply = reply;
  }

  /** The token; null when there is none, and for a page of an origin that is not trusted, or without an origin. */
  read(): string | null {
    const { origin } = this.#request.headers;
    return origin !== undefined && this.#settings.isTrusted(origin) ? this.#sent() : null;
  }

  /** Has the browser keep a token until it expires. */
  keep(token: string, expiresAt: Date): void {
    const left = Math.floor((expiresAt.getTime() - this.#clock.now().getTime()) / 1000);
    this.#set(token, Math.max(0, left));
  }

  /** Has the browser forget it, if it sent one. */
  clear(): void {
    if (this.#sent() !== null) this.#set('', 0);
  }

  #sent(): string | null {
    return parseCookie(this.#request.headers.cookie ?? '')[this.#settings.name] ?? null;
  }

  #set(value: string, maxAge: number): void {
    const { name, path, secure } = this.#settings;
    const cookie = stringifySetCookie({ name, value, maxAge, path, secure, httpOnly: true, sameSite: 'strict' });
    this.#reply.header('set-cookie', cookie);
  }
}
