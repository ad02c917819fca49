import { type Client } from '../accounts/client.js';
import { type RefreshCookie } from '../accounts/sessions/refresh-cookie.js';
import { type Viewer } from '../accounts/viewer.js';
import { type Context, type Readers, type Services } from '../graphql/context.js';
import { LoaderScope } from '../graphql/loader-scope.js';
import { type LiveConnection } from './live-connection.js';

interface LiveContextParts {
  readonly requestId: string;
  readonly connection: LiveConnection;
  readonly services: Services;
  readonly readers: Readers;
}

/** The context in which a subscription begins, and that of each message: with the viewer as of the last look. */
export class LiveContext implements Context {
  readonly requestId: string;
  readonly client: Client;
  readonly refusal = 'REVOKED';
  readonly services: Services;
  readers: Readers;
  readonly changeEnd = null;
  loaderScope = new LoaderScope();
  readonly #connection: LiveConnection;

  constructor({ requestId, connection, services, readers }: LiveContextParts) {
    this.requestId = requestId;
    this.client = connection.client;
    this.services = services;
    this.readers = readers;
    this.#connection = connection;
  }

  get viewer(): Viewer {
    return this.#connection.live.viewer;
  }

  /** Closes the connection of a client that does not take its messages. */
  cutClient(): void {
    this.#connection.cut();
  }

  /** Only mutations read or set it. */
  get refreshCookie(): RefreshCookie {
    throw new Error('A subscription has no cookie');
  }

  forgetLoaded(): void {
    this.loaderScope = new LoaderScope();
  }

  async reload(): Promise<void> {
    this.forgetLoaded();
  }
}
