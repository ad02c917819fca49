import { Migration } from '@mikro-orm/migrations';

/** Any number, the same in every instance. */
const LEARNING_LOCK = 0x57_4f_52_44;

/** See docs/decisions/0030-search.md. */
export class Migration20261121040000_search extends Migration {

  override name = 'Migration20261121040000_search';

  override up(): void | Promise<void> {
    // Filling the columns of a large database takes longer than any request may.
    this.addSql(`set local statement_timeout = 0;`);
    this.addSql(`create extension if not exists unaccent;`);
    this.addSql(`create extension if not exists pg_trgm;`);
    // Loads the extension's library, if a superuser made it beforehand: only then may others set its settings, as below.
    this.addSql(`select show_limit();`);

    // unaccent is only STABLE, because its rules could be changed. Ours are the extension's own.
    // Bodies of this form are bound to the functions they name when they are made, whatever the search_path is later.
    this.addSql(`create function search_fold(input text) returns text language sql immutable strict parallel safe
      begin atomic
        select translate(lower(unaccent('unaccent', input)), $$!"#$%&'()*+,-./:;<=>?@[\\]^_\`{|}~$$, repeat(' ', 32));
      end;`);
    this.addSql(`create function search_words(input text) returns tsvector language sql immutable strict parallel safe
      begin atomic select strip(to_tsvector('simple', search_fold(input))); end;`);

    this.addSql(`create table "comment_search" ("comment_id" uuid not null, "words" tsvector not null, primary key ("comment_id"));`);
    this.addSql(`alter table "comment_search" add constraint "comment_search_comment_id_foreign" foreign key ("comment_id") references "comment" ("id") on update restrict on delete cascade;`);
    this.addSql(`create table "ticket_search" ("ticket_id" uuid not null, "words" tsvector not null, primary key ("ticket_id"));`);
    this.addSql(`alter table "ticket_search" add constraint "ticket_search_ticket_id_foreign" foreign key ("ticket_id") references "ticket" ("id") on update restrict on delete cascade;`);

    // The words that texts hold, for misspelt ones to be compared with. Best effort: who finds another transaction adding
    // words leaves its own to the next text that holds them, so that nobody waits for anybody.
    this.addSql(`create table "search_word" ("word" text not null, primary key ("word"));`);
    this.addSql(`create function search_learn(words tsvector) returns void language plpgsql as $$
      declare
        unknown text[] := array(
          select word.word from unnest(tsvector_to_array(words)) as word (word)
          where char_length(word.word) between 4 and 40 and word.word !~ '[0-9]'
            and not exists (select from search_word known where known.word = word.word));
      begin
        if cardinality(unknown) > 0 and pg_try_advisory_xact_lock(${LEARNING_LOCK}) then
          insert into search_word select unnest(unknown) on conflict do nothing;
        end if;
      end $$;`);

    // One wrong letter in the middle of six is alike enough. With the setting, the index leaves out the others by itself.
    this.addSql(`create function search_like(typed text, most int) returns text[] language sql stable
      set pg_trgm.similarity_threshold = 0.4 as $$
        select array(select word from search_word where word % typed and word <> typed
          order by similarity(word, typed) desc, word limit most)
      $$;`);

    // A tsvector holds at most one megabyte: of a ticket with more different words than that, its own are kept.
    this.addSql(`create function ticket_search_fill(wanted uuid[]) returns void language plpgsql as $$
      declare
        own record;
      begin
        for own in select t.id, search_words(t.title || ' ' || t.description) as words
          from ticket t where t.id = any(wanted) order by t.id
        loop
          begin
            insert into ticket_search (ticket_id, words)
            select own.id, own.words || array_to_tsvector(array(
              select distinct case when c.internal then '=' else '' end || left(word, 255)
              from comment c join comment_search s on s.comment_id = c.id, unnest(tsvector_to_array(s.words)) as word
              where c.ticket_id = own.id and c.deleted_at is null))
            on conflict (ticket_id) do update set words = excluded.words;
          exception when program_limit_exceeded then
            insert into ticket_search (ticket_id, words) values (own.id, own.words)
            on conflict (ticket_id) do update set words = excluded.words;
          end;
        end loop;
      end $$;`);
    this.addSql(`create function ticket_search_on_ticket() returns trigger language plpgsql as $$
      begin
        perform ticket_search_fill(array[new.id]);
        perform search_learn(search_words(new.title || ' ' || new.description));
        return null;
      end $$;`);
    // A new comment only adds words. Whatever else happens to one, the ticket's words are collected anew.
    this.addSql(`create function ticket_search_on_comment() returns trigger language plpgsql as $$
      declare
        written tsvector := search_words(new.content);
      begin
        insert into comment_search (comment_id, words) values (new.id, written)
        on conflict (comment_id) do update set words = excluded.words;
        perform search_learn(written);
        if tg_op = 'UPDATE' then
          perform ticket_search_fill(array[new.ticket_id]);
        elsif new.deleted_at is null then
          begin
            update ticket_search set words = words || case when new.internal
              then array_to_tsvector(array(select '=' || left(word, 255) from unnest(tsvector_to_array(written)) as word))
              else written end
            where ticket_id = new.ticket_id;
          exception when program_limit_exceeded then
            return null;
          end;
        end if;
        return null;
      end $$;`);
    this.addSql(`create trigger ticket_search_on_ticket after insert or update of title, description on "ticket" for each row execute function ticket_search_on_ticket();`);
    this.addSql(`create trigger ticket_search_on_comment after insert or update of content, internal, deleted_at on "comment" for each row execute function ticket_search_on_comment();`);

    this.addSql(`insert into comment_search (comment_id, words) select id, search_words(content) from comment;`);
    this.addSql(`create index "comment_search_by_words" on "comment_search" using gin ("words");`);
    this.addSql(`select ticket_search_fill(array(select id from ticket));`);
    this.addSql(`create index "ticket_search_by_words" on "ticket_search" using gin ("words");`);
    this.addSql(`insert into search_word select distinct ltrim(word, '=') from ts_stat('select words from ticket_search')
      where char_length(ltrim(word, '=')) between 4 and 40 and word !~ '[0-9]';`);
    this.addSql(`create index "search_word_by_trigrams" on "search_word" using gin ("word" gin_trgm_ops);`);

    this.addSql(`create index "ticket_deleted" on "ticket" ("created_at", "number") where deleted_at is not null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "ticket_deleted";`);
    this.addSql(`drop trigger ticket_search_on_comment on "comment";`);
    this.addSql(`drop trigger ticket_search_on_ticket on "ticket";`);
    this.addSql(`drop function ticket_search_on_comment;`);
    this.addSql(`drop function ticket_search_on_ticket;`);
    this.addSql(`drop function ticket_search_fill;`);
    this.addSql(`drop function search_like;`);
    this.addSql(`drop function search_learn;`);
    this.addSql(`drop table "search_word";`);
    this.addSql(`drop table "ticket_search";`);
    this.addSql(`drop table "comment_search";`);
    this.addSql(`drop function search_words;`);
    this.addSql(`drop function search_fold;`);
    // The extensions stay: they may serve others in the same database.
  }

}
