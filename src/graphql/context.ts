import { type LoaderScope } from './loader-scope.js';

/** The services, by domain. Each domain declares its own in its `*.context.ts` by declaration merging; app/app.ts makes them. */
export interface Services {}

/** The readers, declared and made in the same way. */
export interface Readers {}

/**
 * The context of resolvers, created for each request (app/request-context.ts). Its properties about client and viewer
 * are declared in accounts/accounts.context.ts.
 */
export interface Context {
  readonly requestId: string;
  readonly services: Services;
  /** Of the primary, unless the request is a query and a replica is up to date (app/replica-reads.ts). */
  readers: Readers;
  /** The request's loaders; those of several messages of a subscription where their rows are read at once. */
  loaderScope: LoaderScope;
  /** Clears the loaders. */
  forgetLoaded(): void;
  /** Clears the loaders and reads the viewer again, after a change. */
  reload(): Promise<void>;
}
