-- What PostgreSQL itself spends on tickets that are created and renamed one by one, renamed again, and created by one
-- statement: CPU time of 1,000 each. Rolls everything back. Wants a database of seeds/bench-data.ts, and a superuser.
-- Run: psql "$DATABASE_URL" -f bench/writes.sql 2>&1 | grep -E 's user|^ .*(one|again)'
\set text 'It began when I printed the quarterly report, and the smoke smells of toner. It began when I printed the quarterly report, and the smoke smells of toner. It began when I printed the quarterly report, and the smoke smells of toner. It began when I printed the quarterly report, and the smoke smells of toner.'
begin;
create temp table given as
  select (select id from product limit 1) as product, (select id from "user" limit 1) as creator,
    array(select id from ticket order by md5(id::text) limit 1000) as tickets;
create function pg_temp.created(n int, description text) returns void language plpgsql as $$
  begin
    insert into ticket (id, title, description, priority, product_id, created_by_id, created_at)
      select gen_random_uuid(), 'Printer ' || n || ' is on fire', description, 'LOW', product, creator, now() from given;
  end $$;
create function pg_temp.renamed(n int, name text) returns void language plpgsql as $$
  begin
    update ticket set title = name || ' ' || n || ' is on fire again' where id = (select tickets[n] from given);
  end $$;
set local log_statement_stats = on;
set local client_min_messages = log;
select count(pg_temp.created(n, :'text')) as created_one_by_one from generate_series(1, 1000) n;
select count(pg_temp.renamed(n, 'Printer')) as renamed_one_by_one from generate_series(1, 1000) n;
select count(pg_temp.renamed(n, 'Copier')) as renamed_again from generate_series(1, 1000) n;
insert into ticket (id, title, description, priority, product_id, created_by_id, created_at)
  select gen_random_uuid(), 'Printer ' || n || ' is on fire', :'text', 'LOW', product, creator, now()
  from given, generate_series(1, 1000) n;
rollback;
