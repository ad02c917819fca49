import { Migration } from '@mikro-orm/migrations';

const PLANNED = 'set enable_seqscan = off set plan_cache_mode = force_generic_plan';

/** What the index holds beside: by what lists are filtered, so that walking one reads no rows. */
const FILTERED_BY = 'include (status, priority, type, product_id, assigned_to_id)';

const newestIndex = (include: string) => `
drop index ticket_by_created_at;
create index ticket_by_created_at on ticket (created_at, number) ${include} where deleted_at is null;
`;

// As in Migration20261127170000_comment_locks, without the lock of the words: who writes them has locked the ticket.
const KEEP_WORDS = `
create or replace function keep_ticket_words(wanted uuid) returns void
language plpgsql ${PLANNED} as $$
begin
  perform from ticket where id = wanted for no key update;
  update ticket_search s set created_at = t.created_at, words = ticket_search_words(t.id)
    from ticket t where t.id = wanted and s.ticket_number = t.number;
end $$;

create or replace function keep_changed_ticket() returns trigger language plpgsql ${PLANNED} as $$
begin
  if new.number <> old.number then
    update ticket_search set ticket_number = new.number where ticket_number = old.number;
    update ticket_stem set ticket_number = new.number where ticket_number = old.number;
  end if;
  update ticket_search set created_at = new.created_at, words = ticket_search_words(new.id) where ticket_number = new.number;
  if (new.title, new.description) is distinct from (old.title, old.description) then
    insert into search_waiting (words)
      values (ticket_words(new.title, case when new.description = old.description then '' else new.description end));
  end if;
  if new.deleted_at is not null then
    delete from ticket_stem where ticket_number = new.number;
  elsif old.deleted_at is null and new.description = old.description then
    -- Stems of the description stay as they are: cutting it again would take most of the time.
    update ticket_stem set stems = ts_filter(stems, '{d}') || ticket_title_stems(new.title)
      where ticket_number = new.number and new.title <> old.title;
  else
    insert into ticket_stem (ticket_number, stems) values (new.number, ticket_stems(new.title, new.description))
      on conflict (ticket_number) do update set stems = excluded.stems;
  end if;
  return null;
end $$;
`;

// As in initial/similar-tickets.sql, but for the title's stems, which stand behind the description's: positions are
// counted on, so that those in front stay what they are when the others change.
const STEMS = `
create or replace function ticket_stems(title text, description text) returns tsvector
language sql stable parallel safe
begin atomic
  select to_tsvector('ticket_terms', ticket_term_words(left(description, 2000))) || ticket_title_stems(title);
end;

create or replace function ticket_positions(stems tsvector) returns int
language sql immutable strict parallel safe
begin atomic
  select length(stems) + octet_length(stems::text) - octet_length(replace(stems::text, ',', ''));
end;
`;

const BEFORE = `
create or replace function keep_ticket_words(wanted uuid) returns void
language plpgsql ${PLANNED} as $$
begin
  perform from ticket where id = wanted for no key update;
  perform from ticket_search s join ticket t on t.number = s.ticket_number where t.id = wanted for no key update of s;
  update ticket_search s set created_at = t.created_at, words = ticket_search_words(t.id)
    from ticket t where t.id = wanted and s.ticket_number = t.number;
end $$;

create or replace function keep_changed_ticket() returns trigger language plpgsql as $$
begin
  if new.number <> old.number then
    update ticket_search set ticket_number = new.number where ticket_number = old.number;
    update ticket_stem set ticket_number = new.number where ticket_number = old.number;
  end if;
  perform keep_ticket_words(new.id);
  insert into search_waiting (words)
    values (ticket_words(new.title, case when new.description = old.description then '' else new.description end));
  delete from ticket_stem where ticket_number = new.number and new.deleted_at is not null;
  insert into ticket_stem (ticket_number, stems)
    select new.number, ticket_stems(new.title, new.description) where new.deleted_at is null
    on conflict (ticket_number) do update set stems = excluded.stems;
  return null;
end $$;
alter function keep_changed_ticket() reset all;

create or replace function ticket_stems(title text, description text) returns tsvector
language sql stable parallel safe
begin atomic
  select ticket_title_stems(title) || to_tsvector('ticket_terms', ticket_term_words(left(description, 2000)));
end;

create or replace function ticket_positions(stems tsvector) returns int
language sql immutable strict parallel safe
begin atomic
  select char_length(stems::text) - char_length(translate(stems::text, ':,', ''));
end;
`;

/** Cheaper words and stems of changed tickets, and an index alone for walking the newest tickets. */
export class Migration20261127213000_search_costs extends Migration {

  override name = 'Migration20261127213000_search_costs';

  override up(): void {
    this.addSql(newestIndex(FILTERED_BY));
    this.addSql(KEEP_WORDS);
    this.addSql(STEMS);
  }

  override down(): void {
    this.addSql(newestIndex(''));
    this.addSql(BEFORE);
  }

}
