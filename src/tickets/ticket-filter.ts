import { type RawBuilder, sql } from 'kysely';
import { type Viewer } from '../accounts/viewer.js';
import { canUseInternalComments } from './comments/comment.policy.js';
import { isId } from '../common/id.js';
import { type Db } from '../database/db.js';
import { BadInputError, ForbiddenError } from '../common/errors.js';
import { fieldSql, sqlTypeOf } from './ticket-field-sql.js';
import { TICKET_FIELDS, type TicketField } from './ticket.fields.js';
import { type DateTimeRange, MAX_FILTER_IDS, type TicketFilter } from './ticket.inputs.js';
import { canSeeDeletedTickets } from './ticket.policy.js';
import { type FoundTickets, type NewestFirst, ticketSearch } from './ticket-search.js';
import { sumOf } from './ticket-relevance.js';
import { readableTickets, seesEveryTicket, visibleTickets } from './ticket-visibility.js';

/** Maximum nesting of `and`, `or` and `not` (docs/decisions/0031-filters.md). */
const MAX_DEPTH = 5;
/** Maximum number of parts of one filter: PostgreSQL's planning time grows with them, to seconds. */
const MAX_PARTS = 50;
/** Each search costs statements of its own. */
const MAX_SEARCHES = 5;

function within(filter: TicketFilter): TicketFilter[] {
  return [...(filter.and ?? []), ...(filter.or ?? []), ...(filter.not ? [filter.not] : [])];
}

/** Whether the filter, or one nested in it, contains a search. */
export function isSearch(filter: TicketFilter): boolean {
  return (filter.search != null && filter.search.trim() !== '') || within(filter).some(isSearch);
}

/** The filter and all the filters in it. @throws BAD_USER_INPUT for one too deep or too large */
function partsOf(filter: TicketFilter): TicketFilter[] {
  const parts: TicketFilter[] = [];
  let level = [filter];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw new BadInputError(`A filter nests and, or and not at most ${MAX_DEPTH} deep.`);
    parts.push(...level);
    if (parts.length > MAX_PARTS) throw new BadInputError(`A filter has at most ${MAX_PARTS} parts.`);
    for (const { id } of level) {
      if (id && id.length > MAX_FILTER_IDS) {
        throw new BadInputError(
          `The filter \`id\` takes at most ${MAX_FILTER_IDS} ids, not ${id.length}. Ask for them in several lists.`,
        );
      }
    }
    level = level.flatMap(within);
  }
  return parts;
}

/** The filters nested in a `not`. They exclude tickets by the exact words only, never by look-alikes. */
function negatedParts(parts: readonly TicketFilter[]): ReadonlySet<TicketFilter> {
  const negated = new Set(parts.flatMap((part) => part.not ?? []));
  // Iterating over a set includes the elements that are added during the iteration.
  for (const part of negated) for (const inner of within(part)) negated.add(inner);
  return negated;
}

/** What the conditions of a filter are about. */
interface Scope {
  readonly viewer: Viewer;
  /** Of the ticket table. */
  readonly alias: string;
  readonly searches: Searches;
}

function valueOf(field: TicketField, { viewer, alias }: Scope): RawBuilder<unknown> {
  return fieldSql(field, alias, canUseInternalComments(viewer));
}

/** Ids that are no UUID match nothing. */
function oneOf(field: TicketField, scope: Scope, values: readonly string[]): RawBuilder<boolean> {
  const type = sqlTypeOf(field);
  const known = type === 'uuid' ? values.filter(isId) : [...values];
  return sql`${valueOf(field, scope)} = any(${known}::${sql.raw(type)}[])`;
}

export function inRange(instant: RawBuilder<unknown>, range: DateTimeRange): RawBuilder<boolean>[] {
  const conditions: RawBuilder<boolean>[] = [];
  if (range.from) conditions.push(sql`${instant} >= ${range.from.toISOString()}::timestamptz`);
  if (range.to) conditions.push(sql`${instant} < ${range.to.toISOString()}::timestamptz`);
  return conditions;
}

/** Null is in no range, not even in one without ends. */
function isWithin(field: TicketField, scope: Scope, range: DateTimeRange): RawBuilder<boolean>[] {
  const instant = valueOf(field, scope);
  const ends = inRange(instant, range);
  return field.nullable && field.fallback === null ? [sql`${instant} is not null`, ...ends] : ends;
}

/** Whether the ticket is a duplicate of one that the viewer may see. */
function isDuplicate({ viewer, alias }: Scope): RawBuilder<boolean> {
  return sql`exists (
    select from ticket original where original.id = ${sql.ref(`${alias}.duplicate_of_id`)} and ${visibleTickets(viewer, 'original')}
  )`;
}

/** Whether the viewer watches the ticket. */
function isWatched({ viewer, alias }: Scope): RawBuilder<boolean> {
  return sql`exists (
    select from ticket_watch w
    where w.user_id = ${viewer.id} and w.ticket_id = ${sql.ref(`${alias}.id`)} and w.state = 'WATCHING'
  )`;
}

/** The conditions of the filter's own fields. */
function ownConditions(filter: TicketFilter, scope: Scope): RawBuilder<boolean>[] {
  const { viewer, alias } = scope;
  const column = (name: string) => sql.ref(`${alias}.${name}`);
  const conditions: RawBuilder<boolean>[] = [];
  const add = (...more: RawBuilder<boolean>[]) => void conditions.push(...more);

  if (filter.active != null) {
    add(sql`${column('status')} ${sql.raw(filter.active ? 'not in' : 'in')} ('DONE', 'CLOSED')`);
  }
  for (const field of TICKET_FIELDS) {
    const given = field.filter && filter[field.filter];
    if (Array.isArray(given)) add(oneOf(field, scope, given));
    else if (given) add(...isWithin(field, scope, given));
  }
  for (const [mine, name] of [
    [filter.assignedToMe, 'assigned_to_id'],
    [filter.createdByMe, 'created_by_id'],
  ] as const) {
    if (mine != null) add(sql`${column(name)} ${sql.raw(mine ? '=' : 'is distinct from')} ${viewer.id}::uuid`);
  }
  if (filter.duplicate != null) add(filter.duplicate ? isDuplicate(scope) : sql`not ${isDuplicate(scope)}`);
  if (filter.watchedByMe != null) add(filter.watchedByMe ? isWatched(scope) : sql`not ${isWatched(scope)}`);
  if (filter.unassigned != null) {
    add(sql`${column('assigned_to_id')} is ${sql.raw(filter.unassigned ? 'null' : 'not null')}`);
  }
  if (filter.withoutProduct != null) {
    add(sql`${column('product_id')} is ${sql.raw(filter.withoutProduct ? 'null' : 'not null')}`);
  }
  if (filter.deleted != null) add(sql`${column('deleted_at')} is ${sql.raw(filter.deleted ? 'not null' : 'null')}`);
  return conditions;
}

function all(conditions: readonly RawBuilder<boolean>[]): RawBuilder<boolean> {
  return conditions.length === 0 ? sql`true` : sql`${sql.join(conditions, sql` and `)}`;
}

function any(conditions: readonly RawBuilder<boolean>[]): RawBuilder<boolean> {
  return conditions.length === 0 ? sql`false` : sql`(${sql.join(conditions, sql` or `)})`;
}

type Searches = ReadonlyMap<TicketFilter, RawBuilder<boolean>>;

function conditionOf(filter: TicketFilter, scope: Scope): RawBuilder<boolean> {
  const conditions = ownConditions(filter, scope);
  const search = scope.searches.get(filter);
  if (search) conditions.push(search);
  for (const part of filter.and ?? []) conditions.push(conditionOf(part, scope));
  if (filter.or) conditions.push(any(filter.or.map((part) => sql`(${conditionOf(part, scope)})`)));
  // `is not true` instead of `not`: an unassigned ticket (null) must match "not assigned to this user".
  if (filter.not) conditions.push(sql`(${conditionOf(filter.not, scope)}) is not true`);
  return all(conditions);
}

/** Boolean expressions over the ticket table under the given alias. */
export interface MatchingTickets {
  /** The visibility condition, independent of the rest of the filter. */
  readonly readable: RawBuilder<boolean>;
  /** The filter's condition, with the matches of each search collected first. */
  readonly condition: RawBuilder<boolean>;
  /**
   * The filter's condition for walking the readable tickets in the list's order until a page is full. Null when that is
   * not faster. Visibility is left out, as it is tested before: its columns are not in the index, which would rule out an
   * index-only scan.
   */
  readonly walked: RawBuilder<boolean> | null;
  /** What the filter's own search finds, if FoundTickets has it newest first, and the condition without this search. */
  readonly searched: { readonly hits: NewestFirst; readonly condition: RawBuilder<boolean> } | null;
  /** How well they match the filter's searches; null without one that is not negated. */
  readonly relevance: RawBuilder<number> | null;
}

/**
 * The tickets under `alias` that the viewer may see and that match the filter. Deleted tickets are included only if the
 * filter contains `deleted` somewhere (default false).
 * @throws FORBIDDEN for `deleted` without canDeleteAll; BAD_USER_INPUT for a filter too deep, too large or too long
 */
export async function matchingTickets(
  db: Db,
  viewer: Viewer,
  filter: TicketFilter,
  alias: string,
): Promise<MatchingTickets> {
  const parts = partsOf(filter);
  const withDeleted = canSeeDeletedTickets(viewer);
  if (!withDeleted && parts.some(({ deleted }) => deleted === true)) {
    throw new ForbiddenError('Seeing deleted tickets needs canDeleteAll.');
  }
  const searching = parts.filter(({ search }) => search != null);
  if (searching.length > MAX_SEARCHES) throw new BadInputError(`A filter has at most ${MAX_SEARCHES} searches.`);
  const deletedToo = withDeleted && parts.some(({ deleted }) => deleted != null);
  const negated = negatedParts(parts);
  const found = new Map<TicketFilter, FoundTickets>();
  for (const part of searching) {
    const search = await ticketSearch(db, part.search ?? '', {
      readable: readableTickets(viewer, 't', { deletedToo }),
      ownOnly: !seesEveryTicket(viewer),
      internal: canUseInternalComments(viewer),
      forgiving: !negated.has(part),
    });
    if (search !== null) found.set(part, search);
  }
  const readable = readableTickets(viewer, alias, { deletedToo });
  const matching = (how: (tickets: FoundTickets) => RawBuilder<boolean>, leftOut?: TicketFilter) => {
    const searches = new Map([...found].map(([part, tickets]) => [part, how(tickets)]));
    if (leftOut !== undefined) searches.delete(leftOut);
    return conditionOf(filter, { viewer, alias, searches });
  };
  const ranking = [...found].flatMap(([part, { relevance }]) => (negated.has(part) ? [] : [relevance(alias)]));
  const isWalked = [...found.values()].some(({ walked }) => walked !== null);
  const hits = found.get(filter)?.newestFirst ?? null;
  return {
    readable,
    condition: all([readable, matching(({ collected }) => collected(alias))]),
    searched: hits && { hits, condition: all([readable, matching(({ collected }) => collected(alias), filter)]) },
    relevance: ranking.length > 0 ? sumOf(ranking) : null,
    walked: isWalked ? matching(({ walked, collected }) => (walked ?? collected)(alias)) : null,
  };
}
