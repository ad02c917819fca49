/**
 * The loaders of one request, by the functions that create them. Held by the request's context: what a WeakMap at module
 * level holds survives V8's minor garbage collections until the next full one, with all rows that were loaded
 * (bench/results.md, "Reads").
 */
export class LoaderScope {
  readonly #loaders = new Map<unknown, unknown>();

  /** What `create` made of the request's context at the first call. */
  get<Context, Loader>(create: (context: Context) => Loader, context: Context): Loader {
    if (!this.#loaders.has(create)) this.#loaders.set(create, create(context));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a function made stands under itself
    return this.#loaders.get(create) as Loader;
  }
}
