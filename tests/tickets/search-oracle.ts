// What a search must find, in plain JavaScript, without an index: compared with the server in search-oracle.test.ts.

export interface OracleComment {
  readonly id: string;
  content: string;
  internal: boolean;
  deleted: boolean;
}

export interface OracleTicket {
  readonly id: string;
  readonly number: number;
  title: string;
  description: string;
  status: string;
  deleted: boolean;
  readonly createdAt: number;
  updatedAt: number | null;
  readonly createdBy: string;
  assignedTo: string | null;
  readonly comments: OracleComment[];
}

export interface OracleViewer {
  readonly id: string;
  readonly all: boolean;
  readonly internal: boolean;
}

export interface OracleFilter {
  readonly search?: string;
  readonly status?: readonly string[];
  readonly not?: OracleFilter;
  readonly or?: readonly OracleFilter[];
}

const LETTERS_WITHOUT_BLANKS = /([\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+)/u;

export function wordsOf(text: string): string[] {
  const folded = text
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toLowerCase();
  return folded
    .split(/[^\p{L}\p{N}]+/u)
    .flatMap((word) => word.split(LETTERS_WITHOUT_BLANKS).filter((part) => part !== ''));
}

function isUnspaced(word: string): boolean {
  return LETTERS_WITHOUT_BLANKS.test(word);
}

/** Edits, with neighbours swapped as one: the textbook's table. */
function distance(a: string, b: string): number {
  const table = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (__, j) => (i === 0 ? j : j === 0 ? i : 0)),
  );
  const at = (i: number, j: number) => table[i]?.[j] ?? Infinity;
  for (let i = 1; i <= a.length; i += 1) {
    for (let j = 1; j <= b.length; j += 1) {
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const row = table[i] ?? [];
      row[j] = Math.min(
        at(i - 1, j) + 1,
        at(i, j - 1) + 1,
        at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1),
        isSwapped ? at(i - 2, j - 2) + 1 : Infinity,
      );
    }
  }
  return at(a.length, b.length);
}

function visible(ticket: OracleTicket, { all, id }: OracleViewer): boolean {
  return !ticket.deleted && (all || ticket.createdBy === id || ticket.assignedTo === id);
}

function heldBy(ticket: OracleTicket, viewer: OracleViewer): string[] {
  const said = ticket.comments.filter(({ deleted, internal }) => !deleted && (viewer.internal || !internal));
  return [ticket.title, ticket.description, ...said.map(({ content }) => content)].flatMap(wordsOf);
}

function holds(held: readonly string[], typed: string, isLast: boolean, isForgiving: boolean): boolean {
  if (isUnspaced(typed)) return held.some((word) => word.includes(typed));
  if (held.includes(typed) || (isLast && typed.length > 1 && held.some((word) => word.startsWith(typed)))) return true;
  const isForgiven = isForgiving && typed.length >= 5 && !/\d/.test(typed);
  return isForgiven && held.some((word) => !/\d/.test(word) && !isUnspaced(word) && distance(word, typed) === 1);
}

/** Which of the tickets a search finds. */
function searched(
  tickets: readonly OracleTicket[],
  viewer: OracleViewer,
  typed: string,
  mayForgive: boolean,
): ReadonlySet<OracleTicket> {
  const words = wordsOf(typed);
  const number = /^#?(\d+)$/.exec(typed)?.[1];
  const found = (isForgiving: boolean) =>
    tickets.filter((ticket) => {
      if (number !== undefined && ticket.number === Number(number)) return true;
      const held = heldBy(ticket, viewer);
      const isEndOpen = !typed.startsWith('#');
      return (
        words.length > 0 &&
        words.every((word, n) => holds(held, word, isEndOpen && n === words.length - 1, isForgiving))
      );
    });
  const exact = found(false);
  const isFound = exact.some((ticket) => visible(ticket, viewer));
  return new Set(isFound || !mayForgive ? exact : found(true));
}

function passes(
  tickets: readonly OracleTicket[],
  viewer: OracleViewer,
  filter: OracleFilter,
  mayForgive: boolean,
): (ticket: OracleTicket) => boolean {
  const found = filter.search === undefined ? null : searched(tickets, viewer, filter.search, mayForgive);
  const not = filter.not && passes(tickets, viewer, filter.not, false);
  const or = filter.or?.map((part) => passes(tickets, viewer, part, mayForgive));
  return (ticket) =>
    (found?.has(ticket) ?? true) &&
    (filter.status?.includes(ticket.status) ?? true) &&
    !(not?.(ticket) ?? false) &&
    (or?.some((part) => part(ticket)) ?? true);
}

const STATUSES = ['OPEN', 'SELECTED_FOR_DEV', 'IN_PROGRESS', 'ON_HOLD', 'DONE', 'CLOSED'];
const KEYS: Record<string, (ticket: OracleTicket) => number> = {
  NUMBER: ({ number }) => number,
  CREATED_AT: ({ createdAt }) => createdAt,
  UPDATED_AT: ({ updatedAt, createdAt }) => updatedAt ?? createdAt,
  STATUS: ({ status }) => STATUSES.indexOf(status),
};
export const ORDER_FIELDS = Object.keys(KEYS);

/** Numbers of what the viewer's list must hold, in its order. */
export function expectedNumbers(
  tickets: readonly OracleTicket[],
  viewer: OracleViewer,
  filter: OracleFilter,
  order: { field: string; direction: string },
): number[] {
  const key = KEYS[order.field] ?? (() => 0);
  const sign = order.direction === 'ASC' ? 1 : -1;
  const isIn = passes(tickets, viewer, filter, true);
  return tickets
    .filter((ticket) => visible(ticket, viewer) && isIn(ticket))
    .toSorted((a, b) => sign * (key(a) - key(b) || a.number - b.number))
    .map(({ number }) => number);
}
