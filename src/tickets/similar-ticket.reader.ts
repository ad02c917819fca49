import { type RawBuilder, sql } from 'kysely';
import { type Viewer } from '../auth/viewer.js';
import { type Rows } from '../database/rows.js';
import { type Selection } from '../graphql/selection.js';
import { type SearchTurns } from '../search-turns.js';
import { type SimilarTicket } from './similar-ticket.types.js';
import { Ticket } from './ticket.entity.js';
import { type TicketRow } from './ticket.reader.js';
import { seesEveryTicket, visibleTickets } from './ticket-visibility.js';

/** The terms that tell most are looked up; more of them find no more of the labelled duplicates. */
const MOST_TERMS = 40;
/** Of a term in more tickets than this, the newest are looked through for candidates: it tells little. */
const MOST_TICKETS_A_TERM = 500;
/** So many of the best by what was looked through are scored by all their terms. */
const CANDIDATES = 50;
/** Under this share of what the text says, the terms that two tickets have in common are those of any two. */
const LEAST_SCORE = 0.2;
/** One word in common is no likeness, unless there is only one. */
const LEAST_TERMS_IN_COMMON = 2;

/** What is compared: tickets, or a text that is none yet. */
type Source = RawBuilder<{
  id: string | null;
  number: number | null;
  original_id: string | null;
  title: string;
  description: string;
}>;

/**
 * Ranks tickets by BM25 over the terms that triggers keep in ticket_term; see docs/decisions/0040-similar-tickets.md.
 * How rare a term is, is counted as it is asked for: no statistics to keep, none that grow old.
 */
export class SimilarTicketReader {
  readonly #rows: Rows;
  readonly #turns: SearchTurns;

  constructor(rows: Rows, turns: SearchTurns) {
    this.#rows = rows;
    this.#turns = turns;
  }

  /** The tickets most like a text, best first. Characters that PostgreSQL cannot hold must be out of it. */
  async toText(
    viewer: Viewer,
    text: { title: string; description: string },
    first: number,
    selection: Selection,
  ): Promise<SimilarTicket[]> {
    const source: Source = sql`select null::uuid as id, null::integer as number, null::uuid as original_id, ${text.title}::text as title, ${text.description}::text as description`;
    return this.#similar(viewer, source, first, selection);
  }

  /**
   * For each of the tickets those most like it, best first; without itself and without those that are already linked to
   * it as duplicates. One statement.
   */
  async toTickets(
    viewer: Viewer,
    ids: readonly string[],
    first: number,
    selection: Selection,
  ): Promise<SimilarTicket[][]> {
    const source: Source = sql`select s.id, s.number, t.id as original_id, s.title, s.description
      from ticket s left join ticket t on t.id = s.duplicate_of_id and ${visibleTickets(viewer, 't')}
      where s.id = any(${[...ids]}::uuid[])`;
    const found = await this.#similar(viewer, source, first, selection);
    return ids.map((id) => found.filter(({ sourceId }) => sourceId === id));
  }

  async #similar(viewer: Viewer, source: Source, first: number, selection: Selection) {
    const { columns, joins } = this.#rows.select(Ticket, 't', selection.get('ticket')?.keys() ?? []);
    const statement = sql<TicketRow & { similarTo: string | null; score: number }>`
        with own as materialized (${readable(viewer)})
        select ${columns}, source.id as "similarTo", found.score
        from (${source}) source
          cross join lateral (${ranking(viewer, first)}) found
          join ticket t on t.id = found.ticket_id ${joins}
        order by found.score desc, t.number desc`;
    const rows = await this.#turns.of(viewer)(async () => this.#rows.all(statement));
    return rows.map(({ similarTo, score, ...ticket }) => ({ sourceId: similarTo, score, ticket }));
  }
}

/**
 * How many tickets the viewer may see, and, unless it is all, their numbers. What they may not see then neither comes
 * back nor bears on how rare a term is: scores tell nothing of it.
 */
function readable(viewer: Viewer): RawBuilder<unknown> {
  return seesEveryTicket(viewer)
    ? sql`select coalesce(max(number), 0) as total from ticket`
    : sql`select count(*) as total, coalesce(array_agg(t.number), '{}') as numbers from ticket t where ${visibleTickets(viewer, 't')}`;
}

/** Which postings count: those of other tickets, and only those that the viewer may see. */
function countingPostings(viewer: Viewer): RawBuilder<boolean> {
  return seesEveryTicket(viewer)
    ? sql`p.ticket_number is distinct from source.number`
    : sql`p.ticket_number = any(own.numbers) and p.ticket_number is distinct from source.number`;
}

/** The ids and scores of the tickets most like `source`. */
function ranking(viewer: Viewer, first: number): RawBuilder<unknown> {
  const postings = sql`from ticket_term p where p.term = t.term and ${countingPostings(viewer)}`;
  return sql`
    with term as materialized (
      select t.term, t.weight as own_weight, posting.numbers, posting.weights, posting.found,
        posting.found = ${MOST_TICKETS_A_TERM} as common,
        t.query_weight * ln(1 + (greatest(own.total, tickets) - tickets + 0.5) / (tickets + 0.5)) as weight
      from own, ticket_terms(source.title, source.description) t
        cross join lateral (
          select array_agg(ticket_number) as numbers, array_agg(newest.weight) as weights, count(*) as found,
            max(ticket_number) as newest, min(ticket_number) as oldest
          from (select p.ticket_number, p.weight ${postings} order by p.ticket_number desc limit ${MOST_TICKETS_A_TERM}) newest
        ) posting
        cross join lateral (
          -- Of a common term, as many as if those that were not counted stood as close as those that were.
          select case when posting.found < ${MOST_TICKETS_A_TERM} then posting.found
            else posting.found * (posting.newest - earliest.number + 1.0) / (posting.newest - posting.oldest + 1) end as tickets
          from (select case when posting.found = ${MOST_TICKETS_A_TERM}
            then (select p.ticket_number ${postings} order by p.ticket_number limit 1) end as number) earliest
        ) counted
    ), known as (
      select * from term where found > 0 order by weight desc, term limit ${MOST_TERMS}
    ), whole as (
      select sum(weight * own_weight) as score, count(*) as terms
      from (select weight, own_weight from term order by weight desc limit ${MOST_TERMS}) telling
    ), candidate as (
      select posting.number, sum(known.weight * posting.weight) filter (where not common) as score,
        count(*) filter (where not common) as terms
      from known, unnest(known.numbers, known.weights) as posting (number, weight)
      group by posting.number
      order by sum(known.weight * posting.weight) desc, posting.number desc limit ${CANDIDATES}
    )
    select c.id as ticket_id, least(1, scored.score)::float8 as score
    from whole, candidate
      cross join lateral (
        select coalesce(sum(known.weight * p.weight), 0) as score, count(*) as terms
        from known join ticket_term p on p.term = known.term and p.ticket_number = candidate.number
        where known.common
      ) common
      cross join lateral (
        select (coalesce(candidate.score, 0) + common.score) / nullif(whole.score, 0) as score,
          candidate.terms + common.terms as terms
      ) scored
      join ticket c on c.number = candidate.number
    where ${visibleTickets(viewer, 'c')}
      and (source.id is null or (
        c.id <> source.id
        and c.duplicate_of_id is distinct from source.id
        and (source.original_id is null or (c.id <> source.original_id and c.duplicate_of_id is distinct from source.original_id))
      ))
      and scored.score >= ${LEAST_SCORE}
      and scored.terms >= least(${LEAST_TERMS_IN_COMMON}, whole.terms)
    order by scored.score desc, c.number desc limit ${first}`;
}
