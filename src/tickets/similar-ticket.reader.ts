import { type RawBuilder, sql } from 'kysely';
import { type Viewer } from '../accounts/viewer.js';
import { type Db } from '../database/db.js';
import { type Selection } from '../graphql/selection.js';
import { type SearchLimiter } from '../search/search-limiter.js';
import { statisticsOf } from '../search/word-statistics.js';
import { type SimilarTicket } from './similar-ticket.types.js';
import { Ticket } from './ticket.entity.js';
import { type TicketRow } from './ticket.reader.js';
import { seesEveryTicket, visibleTickets } from './ticket-visibility.js';

/** Number of the most informative terms that are looked up; more of them find no more of the labelled duplicates. */
const MAX_TERMS = 40;
/**
 * Maximum document frequency of a rare term. Every ticket with a rare term is a candidate; with frequent terms only, a
 * ticket must have two of them.
 */
const MAX_TICKETS_PER_TERM = 500;
/** Document frequencies are counted up to here; PostgreSQL's statistics have those of the more frequent terms. */
const MAX_COUNTED_FREQUENCY = 3000;
/** When rare terms give too few candidates, tickets with two of this many rarest frequent terms are candidates too. */
const MAX_FREQUENT_TERMS = 3;
/** How many of the newest tickets are scanned for such candidates, and how many candidates end the scan. */
const MAX_SCANNED_TICKETS = 4000;
const MAX_CANDIDATES = 50;
/** Number of the best candidates that are scored by all their terms. */
const CANDIDATES = 50;
/** Minimum score: below it, the shared terms are those that any two tickets share. */
const LEAST_SCORE = 0.2;
/** Minimum number of shared terms, unless the text has only one. */
const LEAST_TERMS_IN_COMMON = 2;

/** What is compared: tickets, or a text that is not a ticket yet. */
type Source = RawBuilder<{
  id: string | null;
  number: number | null;
  original_id: string | null;
  title: string;
  description: string;
}>;

/** A term of a text that is compared. */
interface AskedTerm {
  readonly source: string | null;
  readonly number: number | null;
  readonly original: string | null;
  readonly term: string;
  /** Its weight in the text itself, and its weight when other tickets are compared with the text. */
  readonly ownWeight: number;
  readonly queryWeight: number;
  /** Its document frequency, if known. */
  readonly tickets: number | null;
}

/** Ranks tickets by BM25 over the stems that triggers keep in ticket_stem; see docs/decisions/0040-similar-tickets.md. */
export class SimilarTicketReader {
  readonly #db: Db;
  readonly #searchLimiter: SearchLimiter;

  constructor(db: Db, searchLimiter: SearchLimiter) {
    this.#db = db;
    this.#searchLimiter = searchLimiter;
  }

  /**
   * The tickets most similar to a text, best first. The text must not contain characters that PostgreSQL cannot store.
   */
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
   * For each ticket the most similar ones, best first, without itself and without its linked duplicates. Two statements
   * for all of them.
   */
  async toTickets(
    viewer: Viewer,
    ids: readonly string[],
    first: number,
    selection: Selection,
  ): Promise<SimilarTicket[][]> {
    // Each ticket is looked up: in a join PostgreSQL may read all of them while there are few, and keeps the plan.
    const source: Source = sql`select s.id, s.number, t.id as original_id, s.title, s.description
      from unnest(${[...ids]}::uuid[]) as wanted (id)
      cross join lateral (select * from ticket s where s.id = wanted.id offset 0) s
      left join lateral (
        select t.id from ticket t where t.id = s.duplicate_of_id and ${visibleTickets(viewer, 't')} offset 0
      ) t on true`;
    const found = await this.#similar(viewer, source, first, selection);
    return ids.map((id) => found.filter(({ sourceId }) => sourceId === id));
  }

  async #similar(viewer: Viewer, source: Source, first: number, selection: Selection) {
    const { columns, joins } = this.#db.select(Ticket, 't', selection.get('ticket')?.keys() ?? []);
    const rows = await this.#searchLimiter.of(viewer)(async () => {
      const asked = await this.#terms(viewer, source);
      if (asked.length === 0) return [];
      return this.#db.all(
        sql<TicketRow & { similarTo: string | null; score: number }>`
          with ${ranking(viewer, asked, first)}
          select ${columns}, found.source as "similarTo", found.score
          from found join ticket t on t.id = found.ticket_id ${joins}
          order by found.score desc, t.number desc`,
      );
    });
    return rows.map(({ similarTo, score, ...ticket }) => ({ sourceId: similarTo, score, ticket }));
  }

  async #terms(viewer: Viewer, source: Source): Promise<AskedTerm[]> {
    const terms = await this.#db.all(sql<Omit<AskedTerm, 'tickets'>>`
      select source.id as source, source.number, source.original_id as original, t.term,
        t.weight as "ownWeight", t.query_weight as "queryWeight"
      from (${source}) source, ticket_terms(source.title, source.description) t`);
    // Statistics of all tickets do not apply to the subset that the viewer may see.
    if (!seesEveryTicket(viewer)) return terms.map((term) => Object.assign(term, { tickets: null }));
    const { rows, shares } = await statisticsOf(this.#db, 'ticket_stem');
    return terms.map((term) => {
      const tickets = Math.round((shares.get(term.term) ?? 0) * rows);
      return Object.assign(term, { tickets: tickets > MAX_TICKETS_PER_TERM ? tickets : null });
    });
  }
}

/** How many tickets the viewer may see, and their numbers unless it is all of them. */
function readable(viewer: Viewer): RawBuilder<unknown> {
  return seesEveryTicket(viewer)
    ? sql`select coalesce(max(number), 0) as total from ticket`
    : sql`select count(*) as total, coalesce(array_agg(t.number), '{}') as numbers from ticket t where ${visibleTickets(viewer, 't')}`;
}

/**
 * The tickets that contain a term. Hidden tickets are neither returned nor counted in document frequencies, so that
 * scores reveal nothing about them.
 */
function ticketsWith(viewer: Viewer): RawBuilder<unknown> {
  return seesEveryTicket(viewer)
    ? sql`stem_hits(quoted.term, ${MAX_COUNTED_FREQUENCY}::int)`
    : sql`array(select ticket_number from (
        select stem.* from unnest(own.numbers) as readable (number)
          cross join lateral (select * from ticket_stem s where s.ticket_number = readable.number offset 0) stem
      ) mine where mine.stems @@ quoted.term)`;
}

/** The ids and scores of the tickets most similar to each source, as `found`. */
function ranking(viewer: Viewer, asked: readonly AskedTerm[], first: number): RawBuilder<unknown> {
  return sql`
    own as materialized (${readable(viewer)}),
    asked as materialized (
      select a.*, counted.numbers, coalesce(a.tickets, cardinality(counted.numbers)) as found
      from json_to_recordset(${JSON.stringify(asked)}::json) as a (source uuid, number int, original uuid, term text,
          "ownWeight" float8, "queryWeight" float8, tickets int)
        cross join own
        cross join lateral (select ('''' || a.term || '''')::tsquery as term offset 0) quoted
        cross join lateral (
          select case when a.tickets is null then array_remove(${ticketsWith(viewer)}, a.number) end as numbers offset 0
        ) counted
    ), term as materialized (
      select source, term, weight, "ownWeight", found, numbers,
        row_number() over (partition by source order by weight desc, term) as place,
        row_number() over (partition by source, found > 0 order by weight desc, term) as known_place
      from (
        select asked.*, "queryWeight" * ln(1 + (greatest(total, found) - found + 0.5) / (found + 0.5)) as weight
        from own, asked
      ) weighed
    ), known as materialized (
      select source, term, weight, found, numbers,
        row_number() over (partition by source, found > ${MAX_TICKETS_PER_TERM} order by weight desc, term) as place
      from term where found > 0 and known_place <= ${MAX_TERMS}
    ), whole as materialized (
      select a.source, a.number, a.original, t.score, t.terms,
        array(select term from known where known.source is not distinct from a.source) as known
      from (select distinct source, number, original from asked) a
        join (
          select source, sum(weight * "ownWeight") as score, count(*) as terms
          from term where place <= ${MAX_TERMS} group by source
        ) t on t.source is not distinct from a.source
    ), rare as materialized (
      select source, number from (
        select known.source, posting.number,
          row_number() over (partition by known.source order by sum(known.weight) desc, posting.number desc) as place
        from known, unnest(known.numbers) as posting (number)
        where known.found <= ${MAX_TICKETS_PER_TERM}
        group by known.source, posting.number
      ) ranked where place <= ${CANDIDATES}
    ), frequent as (
      select one.source, string_agg(format('''%s'' & ''%s''', one.term, other.term), ' | ')::tsquery as query
      from known one join known other on other.source is not distinct from one.source and one.place < other.place
      where one.found > ${MAX_TICKETS_PER_TERM} and other.found > ${MAX_TICKETS_PER_TERM} and other.place <= ${MAX_FREQUENT_TERMS}
        and (select count(*) from rare where rare.source is not distinct from one.source) < ${CANDIDATES}
      group by one.source
    ), candidate as (
      select source, number from rare
      union
      select source, hit from frequent cross join lateral unnest(newest_stem_hits(query, ${MAX_SCANNED_TICKETS}::int, ${MAX_CANDIDATES}::int)) as hit
    ), found as (
      select whole.source, best.ticket_id, best.score
      from whole cross join lateral (
        select c.id as ticket_id, least(1, scored.score / nullif(whole.score, 0))::float8 as score
        from candidate
          join ticket_stem s on s.ticket_number = candidate.number
          join ticket c on c.number = candidate.number
          -- Only those that both have are weighed. Once for each ticket: the function's arguments stand in it for each term.
          cross join lateral (
            select ts_delete(s.stems, tsvector_to_array(ts_delete(s.stems, whole.known))) as stems, ticket_length(s.stems) as length
            offset 0
          ) common
          cross join lateral (
            select sum(known.weight * p.weight) as score, count(*) as terms
            from ticket_terms(common.stems, common.length) p
              join known on known.term = p.term and known.source is not distinct from whole.source
          ) scored
        where candidate.source is not distinct from whole.source and candidate.number is distinct from whole.number
          and ${visibleTickets(viewer, 'c')}
          and (whole.source is null or (
            c.duplicate_of_id is distinct from whole.source
            and (whole.original is null
              or (c.id <> whole.original and c.duplicate_of_id is distinct from whole.original))
          ))
          and scored.score >= ${LEAST_SCORE} * whole.score
          and scored.terms >= least(${LEAST_TERMS_IN_COMMON}, whole.terms)
        order by score desc, c.number desc limit ${first}
      ) best
    )`;
}
