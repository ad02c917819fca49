// What a run adds to the seeded database, and how it takes its own traces away again.
import { TALLIES } from './peers/statements.js';

/** Rises when the statements below or the seed change: a kept folder of an earlier run is then refused. */
export const LAYOUT = 5;

/** No text of the seed holds it. */
export const RARE_WORD = 'zeppelin';

/** Kept out of `public`, which PostGraphile shows, but for what PostGraphile must show. */
export const AFTER_SEED: readonly string[] = [
  `create schema bench`,
  `create table bench.seed as select ${LAYOUT} as layout, (select count(*) from "user")::int as users, count(*)::int as tickets,
     (select count(*) from comment)::int as comments, max(number) as last_number from ticket`,
  // Of the oldest: of a million it would take minutes.
  `create table bench.word as select word, ndoc / least(20000, tickets)::float8 as share
     from bench.seed, ts_stat('select words from ticket_search order by ticket_number limit 20000') where word ~ '^[a-z]{4,20}$'`,
  // A word in a hundred tickets from first to last, however many there are.
  `update ticket set title = '${RARE_WORD} ' || left(title, 180)
     where number % greatest(1, (select tickets / 100 from bench.seed)) = 0`,
  `vacuum analyze`,
];

/**
 * Gives each product an owner with an account. Without one a new ticket is mailed to everybody who may assign tickets, and
 * the bench would measure those 53 mails. The seed's owners have no accounts.
 */
export const PRODUCT_OWNERS = `update product set owner_email = owner.email
  from (select u.email, row_number() over (order by u.id) as n from "user" u join role r on r.id = u.role_id where r.name = 'tech') owner,
    (select id, row_number() over (order by id) as n from product) numbered
  where numbered.id = product.id and owner.n = numbered.n and product.owner_email <> owner.email`;

/** Docket's triggers would cost the peers writes that only Docket reads. Run each time: a kept folder may have those of an earlier build. */
export const DROP_TRIGGERS = `do $$
  declare found record;
  begin
    for found in select tgname, tgrelid::regclass as owner from pg_trigger
      where tgrelid in ('ticket'::regclass, 'comment'::regclass) and not tgisinternal
    loop
      execute format('drop trigger %I on %s', found.tgname, found.owner);
    end loop;
  end $$`;

/**
 * The peers' database, a copy of Docket's: what somebody would give them who builds the same with their help. Nothing of
 * Docket's is left on its tables but their columns and the indexes of its lists.
 */
export const FOR_PEERS: readonly string[] = [
  DROP_TRIGGERS,
  `drop function ticket_search_words`,
  `alter table comment drop column words`,
  `drop table ticket_search, ticket_stem, search_word, search_waiting`,
  `alter table ticket add column search tsvector generated always as (to_tsvector('simple', title || ' ' || description)) stored`,
  `create index on ticket using gin (search)`,
  `alter table ticket alter id set default uuidv7(), alter created_at set default now()`,
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
  `vacuum (full) ticket, comment`,
  `vacuum analyze`,
];

/** Whatever a run wrote. Foreign keys are not checked: comments have no index that would serve a deleted ticket. */
const CREATED = `select id from ticket where number > (select last_number from bench.seed)`;
const RESTORE_TICKETS: readonly string[] = [
  `set session_replication_role = replica`,
  `delete from ticket_event where ticket_id in (${CREATED})`,
  `delete from ticket_event where kind = 'CHANGED' and created_at > timestamptz '2026-03-02'`,
  `delete from notification where ticket_id in (${CREATED})`,
];
const RESTORE_WORDS = ['ticket_search', 'ticket_stem'].map(
  (table) => `delete from ${table} where ticket_number > (select last_number from bench.seed)`,
);
const REMOVE_TICKETS = `delete from ticket where id in (${CREATED})`;
/** Dead rows at the newest end of an index would make every later page dearer. */
export const RESTORE: readonly string[] = [
  ...RESTORE_TICKETS,
  ...RESTORE_WORDS,
  REMOVE_TICKETS,
  `delete from search_waiting`,
  `vacuum ticket, ticket_event, notification, ticket_search, ticket_stem, search_waiting`,
];
export const RESTORE_PEERS: readonly string[] = [
  ...RESTORE_TICKETS,
  REMOVE_TICKETS,
  `vacuum ticket, ticket_event, notification`,
];
