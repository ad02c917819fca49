import { type FastifyRequest } from 'fastify';
import { type App } from './app.js';
import { type Client } from '../accounts/client.js';
import { networkOf } from '../accounts/client-network.js';
import { type RefreshCookie } from '../accounts/sessions/refresh-cookie.js';
import { type RequestViewer } from '../accounts/request-viewer.js';
import { type Viewer } from '../accounts/viewer.js';
import { type UnauthenticatedReason } from '../common/errors.js';
import { type Context, type Readers, type Services } from '../graphql/context.js';
import { LoaderScope } from '../graphql/loader-scope.js';

/**
 * The context of a request over HTTP. Apollo executes the request on a copy of it with the same properties, so all
 * state is in public properties.
 */
export class RequestContext implements Context {
  readonly requestId: string;
  readonly client: Client;
  viewer: Viewer | null;
  readonly refusal: UnauthenticatedReason;
  readonly refreshCookie: RefreshCookie;
  readonly services: Services;
  readers: Readers;
  changeEnd: Context['changeEnd'] = null;
  loaderScope = new LoaderScope();

  constructor(
    { services, readers }: App,
    { id, ip, headers }: FastifyRequest,
    { who, refreshCookie }: { who: RequestViewer; refreshCookie: RefreshCookie },
  ) {
    this.requestId = id;
    this.client = {
      ipAddress: ip,
      userAgent: headers['user-agent'] ?? null,
      // Computed for the few requests that are limited.
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

  forgetLoaded(): void {
    this.loaderScope = new LoaderScope();
  }

  async reload(): Promise<void> {
    this.forgetLoaded();
    const { viewer } = this;
    this.viewer = viewer && (await this.services.viewers.find({ userId: viewer.id, sessionId: viewer.sessionId }));
  }
}
