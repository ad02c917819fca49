// What a run adds to the seeded database, and how it takes its own traces away again.
import { TALLIES } from './peers/statements.js';

/** Rises when the statements below or the seed change: a kept folder of an earlier run is then refused. */
export const LAYOUT = 3;

/** No text of the seed holds it. */
export const RARE_WORD = 'zeppelin';

/** Kept out of `public`, which PostGraphile shows, but for what PostGraphile must show. */
export const AFTER_SEED: readonly string[] = [
  // What PostGraphile needs to create a ticket, and what the other peers may use too.
  `alter table ticket alter id set default uuidv7(), alter created_at set default now()`,
  `create schema bench`,
  `create table bench.seed as select ${LAYOUT} as layout, (select count(*) from "user")::int as users, count(*)::int as tickets,
     (select count(*) from comment)::int as comments, max(number) as last_number from ticket`,
  // Of the oldest: of a million it would take minutes.
  `create table bench.word as select word, ndoc / least(20000, tickets)::float8 as share
     from bench.seed, ts_stat('select words from ticket_search order by ticket_id limit 20000') where word ~ '^[a-z]{4,20}$'`,
  // A word in a hundred tickets from first to last, however many there are.
  `update ticket set title = '${RARE_WORD} ' || left(title, 180)
     where number % greatest(1, (select tickets / 100 from bench.seed)) = 0`,
  // The search of one typed word as Docket answers it: the word unfinished, words spelt nearly so, and slips of
  // two letters; of internal comments too.
  `create function bench.search_query(typed text) returns tsquery language sql stable as $$
     select string_agg(format('''%s''%s | ''=%s''%s', word, unfinished, word, unfinished), ' | ')::tsquery
     from (
       select typed as word, ':*' as unfinished
       union all select unnest(search_like(typed, 10)), '' where char_length(typed) >= 5
       union all select overlay(typed placing reverse(substr(typed, place, 2)) from place for 2), ''
         from generate_series(1, char_length(typed) - 1) as place where char_length(typed) >= 5
     ) as form
   $$`,
  // PostGraphile shows what a function returns as far as its types say.
  `create type bench_status_count as (status ticket_status, count int)`,
  `create type bench_priority_count as (priority ticket_priority, count int)`,
  `create type bench_type_count as (type ticket_type, count int)`,
  `create type bench_workload as (person "user", active int, in_progress int, emergency int)`,
  `create type bench_insights as (total int, active int, unassigned int, stale int, by_status bench_status_count[],
     by_priority bench_priority_count[], by_type bench_type_count[], workload bench_workload[])`,
  `create function ticket_insights() returns bench_insights language sql stable as $$ ${TALLIES}
     select row(total, active, unassigned, stale,
       (select array_agg(row(status, count)::bench_status_count order by status) from by_status),
       (select array_agg(row(priority, count)::bench_priority_count order by priority) from by_priority),
       (select array_agg(row(type, count)::bench_type_count order by type) from by_type),
       (select array_agg(row(u, w.active, w.in_progress, w.emergency)::bench_workload
         order by w.active desc, w.emergency desc, u.id) from workload w join "user" u on u.id = w.assigned_to_id)
     )::bench_insights from totals
   $$`,
  `vacuum analyze`,
];

/** Whatever a run wrote. Foreign keys are not checked: comments have no index that would serve a deleted ticket. */
const CREATED = `select id from ticket where number > (select last_number from bench.seed)`;
export const RESTORE: readonly string[] = [
  `set session_replication_role = replica`,
  `delete from ticket_event where ticket_id in (${CREATED})`,
  `delete from ticket_event where kind = 'CHANGED' and created_at > timestamptz '2026-03-02'`,
  `delete from notification where ticket_id in (${CREATED})`,
  `delete from ticket_search where ticket_id in (${CREATED})`,
  `delete from ticket_term where ticket_number > (select last_number from bench.seed)`,
  `delete from ticket where id in (${CREATED})`,
  // Dead rows at the newest end of an index would make every later page dearer.
  `vacuum ticket, ticket_event, notification, ticket_search, ticket_term`,
];
