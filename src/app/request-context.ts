import { type FastifyRequest } from 'fastify';
import { type App } from './app.js';
import { networkOf } from '../accounts/client-network.js';
import { type RefreshCookie } from '../accounts/sessions/refresh-cookie.js';
import { type RequestViewer } from '../accounts/request-viewer.js';
import { type Viewer } from '../accounts/viewer.js';
import { type Client, type Context, type Services } from '../graphql/context.js';
import { type UnauthenticatedReason } from '../graphql/errors.js';
import { Loaders, type Readers } from './loaders.js';

/**
 * The context of a request over HTTP. Apollo runs the request on a copy of it, made of its own properties: so the loaders are those
 * of whichever object is asked, and see the viewer and the readers that were set there.
 */
export class RequestContext implements Context {
  readonly requestId: string;
  readonly client: Client;
  viewer: Viewer | null;
  readonly refusal: UnauthenticatedReason;
  readonly refreshCookie: RefreshCookie;
  readonly services: Services;
  readers: Readers;
  private made: Loaders | undefined;

  constructor(
    { services, readers }: App,
    { id, ip, headers }: FastifyRequest,
    { who, refreshCookie }: { who: RequestViewer; refreshCookie: RefreshCookie },
  ) {
    this.requestId = id;
    this.client = {
      ipAddress: ip,
      userAgent: headers['user-agent'] ?? null,
      // Worked out for the few requests that are limited.
      get network() {
        return networkOf(ip);
      },
    };
    this.viewer = who.viewer;
    this.refusal = who.refusal;
    this.refreshCookie = refreshCookie;
    this.services = services;
    this.readers = readers;
  }

  get loaders(): Loaders {
    return (this.made ??= new Loaders(this));
  }

  reload(): void {
    this.made = undefined;
  }
}
