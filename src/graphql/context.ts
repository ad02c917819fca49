/** The services, by domain. Each domain declares its own in its `*.context.ts` by declaration merging; app/app.ts makes them. */
// oxlint-disable-next-line typescript/no-empty-object-type -- the domains add the members
export interface Services {}

/** The readers, declared and made in the same way. */
// oxlint-disable-next-line typescript/no-empty-object-type -- the domains add the members
export interface Readers {}

/**
 * What every resolver gets, made for each request (app/request-context.ts). What is known of the client and the viewer is
 * declared in accounts/accounts.context.ts.
 */
export interface Context {
  readonly requestId: string;
  readonly services: Services;
  /** Of the primary, unless the request is a query and a replica is up to date (app/replica-reads.ts). */
  readers: Readers;
  /** The key by which the request's loaders are kept (loader.ts). */
  readonly loaderScope: object;
  /** Makes the loaders read everything again. */
  forgetLoaded(): void;
  /** The same, and looks the viewer up again: for what comes after a change. */
  reload(): Promise<void>;
}
