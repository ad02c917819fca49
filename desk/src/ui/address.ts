import { useLocation, useSearchParams } from 'wouter';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** The maximum number of ids in a filter of the API. */
const MOST_IDS = 100;
const PAGE_SIZE = 50;

/** The one of these values that a parameter of an address names. */
export function oneOf<Value extends string>(values: readonly Value[], text: string | null): Value | null {
  return values.find((value) => value === text) ?? null;
}

/** Those of these values that a parameter of an address lists. */
export function listOf<Value extends string>(values: readonly Value[], text: string | null): readonly Value[] {
  const given = text?.split(',') ?? [];
  return values.filter((value) => given.includes(value));
}

/** The ids that a parameter of an address lists, and what may stand in their place. Whatever else it has is left out: the API would refuse it. */
export function idsOf(text: string | null, ...others: readonly string[]): readonly string[] {
  const given = text?.split(',') ?? [];
  return [...new Set(given)].filter((id) => UUID.test(id) || others.includes(id)).slice(0, MOST_IDS);
}

/** Search, state and page of a list of records, as its address has them. */
export interface ListAddress {
  readonly search: string;
  /** Whether it lists what was deleted. */
  readonly deleted: boolean;
  /** The page after, or before, a cursor; the first one without. */
  readonly after: string | null;
  readonly before: string | null;
}

/** Where the pages before and after are; null where there is none. */
export interface PageLinks {
  readonly previous: string | null;
  readonly next: string | null;
}

interface PageInfo {
  readonly hasPreviousPage: boolean;
  readonly hasNextPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

interface ListOptions<Filters> {
  readonly path: string;
  /** The filters that the list has beside those of all lists. */
  readonly read: (params: URLSearchParams) => Filters;
  /** Their parameters; those that are empty are left out. */
  readonly write: (filters: Filters) => Readonly<Record<string, string>>;
}

/** What the address of a list says, a function that changes it and goes to the first page, and the links to other pages. */
export function useListAddress<Filters extends object>({ path, read, write }: ListOptions<Filters>) {
  const [params] = useSearchParams();
  const [, navigate] = useLocation();
  const address: ListAddress & Filters = {
    search: params.get('q') ?? '',
    deleted: params.get('state') === 'deleted',
    after: params.get('after'),
    before: params.get('before'),
    ...read(params),
  };
  const hrefOf = (part: Partial<ListAddress & Filters>) => {
    const next: ListAddress & Filters = { ...address, after: null, before: null, ...part };
    const { search, deleted, after, before } = next;
    const written = Object.entries({
      q: search,
      state: deleted ? 'deleted' : '',
      ...write(next),
      after: after ?? '',
      before: before ?? '',
    });
    const query = new URLSearchParams(written.filter(([, value]) => value !== ''));
    return query.size === 0 ? path : `${path}?${query.toString()}`;
  };
  return {
    address,
    change: (part: Partial<ListAddress & Filters>) => navigate(hrefOf(part), { replace: true }),
    pagesOf: ({ hasPreviousPage, startCursor, hasNextPage, endCursor }: PageInfo): PageLinks => ({
      previous: hasPreviousPage ? hrefOf({ ...address, after: null, before: startCursor }) : null,
      next: hasNextPage ? hrefOf({ ...address, before: null, after: endCursor }) : null,
    }),
  };
}

/** The arguments of the API for the page of a list. */
export function pageOf({ after, before }: ListAddress) {
  return before === null ? { first: PAGE_SIZE, after } : { last: PAGE_SIZE, before };
}

/** What every list of records is filtered by in the API. */
export function filterOf({ search, deleted }: ListAddress) {
  return { ...(search.trim() !== '' && { search: search.trim() }), ...(deleted && { deleted }) };
}
