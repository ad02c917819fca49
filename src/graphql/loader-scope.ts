/**
 * The loaders of one request, by the functions that create them. The request's context holds them, and not a WeakMap at
 * module level: V8's minor garbage collections keep what such a map holds, with all rows that were loaded, until the
 * next full one (bench/results.md, "Reads").
 */
export class LoaderScope {
  readonly #loaders = new Map<unknown, unknown>();

  /** The loader of `create`, which is called for the first one who asks. */
  get<Context, Loader>(create: (context: Context) => Loader, context: Context): Loader {
    if (!this.#loaders.has(create)) this.#loaders.set(create, create(context));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the value of a key is what that function returned
    return this.#loaders.get(create) as Loader;
  }
}
