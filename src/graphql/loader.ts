import DataLoader from 'dataloader';
import { type Connection, type ConnectionArgs } from './connection.js';
import { type Context } from './context.js';
import { type Selection, selectionKey } from './selection.js';

/**
 * A value that is created lazily for each request, such as a DataLoader with the request's readers and viewer. Most
 * requests need few of them.
 */
export function perRequest<Loader>(create: (context: Context) => Loader): (context: Context) => Loader {
  return (context) => context.loaderScope.get(create, context);
}

/** Loads rows by their ids, one statement a batch, in the order of the keys; null for a row that is absent. */
export function loaderById<RowType extends { readonly id: string }>(
  read: (context: Context, ids: readonly string[]) => Promise<readonly RowType[]>,
): (context: Context) => DataLoader<string, RowType | null> {
  return perRequest(
    (context) =>
      new DataLoader(async (ids) => {
        const rows = await read(context, ids);
        const found = new Map(rows.map((row) => [row.id, row]));
        return ids.map((id) => found.get(id) ?? null);
      }),
  );
}

export type PageLoader<Item> = DataLoader<string, Connection<Item>>;

/** Maximum number of loaders that are found without their key: a document may ask each parent with other arguments. */
const MAX_ASKED = 4;

/** The same page of many parents' lists: a DataLoader for each page that the query asks for. */
class PageLoaders<List extends string, Args extends ConnectionArgs, Item> {
  readonly #loaders = new Map<string, PageLoader<Item>>();
  readonly #read: (list: List, ids: readonly string[], args: Args, selection: Selection) => Promise<Connection<Item>[]>;
  /** The first loaders with their arguments and selection: parents ask one after the other for the same few. */
  readonly #asked: { list: List; args: Args; selection: Selection; loader: PageLoader<Item> }[] = [];

  constructor(
    read: (list: List, ids: readonly string[], args: Args, selection: Selection) => Promise<Connection<Item>[]>,
  ) {
    this.#read = read;
  }

  for(list: List, args: Args, selection: Selection): PageLoader<Item> {
    for (const asked of this.#asked) {
      if (asked.list === list && asked.selection === selection && same(asked.args, args)) return asked.loader;
    }
    const key = JSON.stringify([list, Object.entries(args), selectionKey(selection)]);
    const loader = this.#loaders.get(key) ?? new DataLoader(async (ids) => this.#read(list, ids, args, selection));
    this.#loaders.set(key, loader);
    if (this.#asked.length < MAX_ASKED) this.#asked.push({ list, args, selection, loader });
    return loader;
  }
}

/** Whether the arguments are equal by value, or identical where they are objects. */
function same<Args extends ConnectionArgs>(one: Args, other: Args): boolean {
  if (one === other) return true;
  const others = Object.entries(other);
  return others.length === Object.keys(one).length && others.every(([name, value]) => Reflect.get(one, name) === value);
}

/**
 * Loads the same page of many parents' lists, one statement for all parents.
 * @param read gives the page of each parent, in the order of the ids; `list` is the relation, such as `createdBy`
 */
export function pageLoaders<List extends string, Args extends ConnectionArgs, Item>(
  read: (
    context: Context,
    list: List,
    ids: readonly string[],
    args: Args,
    selection: Selection,
  ) => Promise<Connection<Item>[]>,
): (context: Context, list: List, args: Args, selection: Selection) => PageLoader<Item> {
  const ofRequest = perRequest(
    (context) => new PageLoaders<List, Args, Item>(async (...page) => read(context, ...page)),
  );
  return (context, ...page) => ofRequest(context).for(...page);
}
