import { Migration } from '@mikro-orm/migrations';

/** Any number, the same in every instance. */
const LEARNING_LOCK = 0x57_4f_52_44;

/**
 * The same words and terms as before, kept with less work at each write (bench/results.md, "Writes"):
 *
 * - Of many tickets written by one statement, all words and terms are kept by one statement too.
 * - A ticket's words from comments stand beside all of its words, and need not be collected when its own change.
 * - Terms are cut by PostgreSQL's text search instead of regular expressions, unless a text holds what that cuts
 *   otherwise. When a ticket changes, only terms that differ are written.
 * - A text's length counts in steps of ten words, as in Lucene by powers: a word more changes no other term's weight.
 */
export class Migration20261121062000_cheaper_words extends Migration {

  override name = 'Migration20261121062000_cheaper_words';

  override up(): void | Promise<void> {
    // Filling anew takes longer than any request may.
    this.addSql(`set local statement_timeout = 0;`);
    // translate() compares each character with each of the 32.
    this.addSql(`create or replace function search_fold(input text) returns text language sql immutable strict parallel safe
      begin atomic
        select regexp_replace(lower(unaccent('unaccent', input)), '[!-/:-@[-\`{-~]+', ' ', 'g');
      end;`);

    this.addSql(`alter table "ticket_search" add column "commented" tsvector not null default '';`);
    this.addSql(`comment on column "ticket_search"."commented" is 'those of the words that comments hold';`);
    this.addSql(`drop trigger ticket_search_on_ticket on "ticket";`);
    this.addSql(`drop function ticket_search_on_ticket;`);
    this.addSql(`create or replace function search_learn(words tsvector) returns void language plpgsql
      set plan_cache_mode = force_generic_plan as $$
      declare
        unknown text[] := tsvector_to_array(
          ts_delete(words, array(select word from search_word where word = any(tsvector_to_array(words)))));
      begin
        unknown := array(select word from unnest(unknown) as word where char_length(word) between 4 and 40 and word !~ '[0-9]');
        if cardinality(unknown) > 0 and pg_try_advisory_xact_lock(${LEARNING_LOCK}) then
          insert into search_word select unnest(unknown) on conflict do nothing;
        end if;
      end $$;`);
    // A tsvector holds at most one megabyte: of a ticket with more different words than that, its own are kept.
    this.addSql(`create or replace function ticket_search_fill(wanted uuid[]) returns void language plpgsql as $$
      declare
        own record;
        said tsvector;
      begin
        for own in select t.id, search_words(t.title || ' ' || t.description) as words
          from ticket t where t.id = any(wanted) order by t.id
        loop
          begin
            said := array_to_tsvector(array(
              select distinct case when c.internal then '=' else '' end || left(word, 255)
              from comment c join comment_search s on s.comment_id = c.id, unnest(tsvector_to_array(s.words)) as word
              where c.ticket_id = own.id and c.deleted_at is null));
            insert into ticket_search (ticket_id, words, commented) values (own.id, own.words || said, said)
            on conflict (ticket_id) do update set words = excluded.words, commented = excluded.commented;
          exception when program_limit_exceeded then
            insert into ticket_search (ticket_id, words) values (own.id, own.words)
            on conflict (ticket_id) do update set words = excluded.words, commented = excluded.commented;
          end;
        end loop;
      end $$;`);
    this.addSql(`create function ticket_search_on_new() returns trigger language plpgsql as $$
      declare
        learnt record;
      begin
        for learnt in
          insert into ticket_search (ticket_id, words)
          select id, search_words(title || ' ' || description) from written returning words
        loop
          perform search_learn(learnt.words);
        end loop;
        return null;
      end $$;`);
    this.addSql(`create function ticket_search_on_changed() returns trigger language plpgsql as $$
      declare
        own tsvector := search_words(new.title || ' ' || new.description);
        before tsvector;
      begin
        select words into before from ticket_search where ticket_id = new.id;
        begin
          update ticket_search set words = own || commented where ticket_id = new.id;
        exception when program_limit_exceeded then
          update ticket_search set words = own where ticket_id = new.id;
        end;
        perform search_learn(ts_delete(own, tsvector_to_array(before)));
        return null;
      end $$;`);
    this.addSql(`create or replace function ticket_search_on_comment() returns trigger language plpgsql as $$
      declare
        written tsvector := search_words(new.content);
        marked tsvector := written;
      begin
        insert into comment_search (comment_id, words) values (new.id, written)
        on conflict (comment_id) do update set words = excluded.words;
        perform search_learn(written);
        if tg_op = 'UPDATE' then
          perform ticket_search_fill(array[new.ticket_id]);
        elsif new.deleted_at is null then
          if new.internal then
            marked := array_to_tsvector(array(select '=' || left(word, 255) from unnest(tsvector_to_array(written)) as word));
          end if;
          begin
            update ticket_search set words = words || marked, commented = commented || marked where ticket_id = new.ticket_id;
          exception when program_limit_exceeded then
            return null;
          end;
        end if;
        return null;
      end $$;`);
    this.addSql(`create trigger ticket_search_on_new after insert on "ticket" referencing new table as written for each statement execute function ticket_search_on_new();`);
    this.addSql(`create trigger ticket_search_on_changed after update of title, description on "ticket" for each row
      when ((old.title, old.description) is distinct from (new.title, new.description))
      execute function ticket_search_on_changed();`);
    this.addSql(`drop index "ticket_search_by_words";`);
    this.addSql(`select ticket_search_fill(array(select ticket_id from comment where deleted_at is null group by ticket_id));`);
    this.addSql(`create index "ticket_search_by_words" on "ticket_search" using gin ("words");`);

    this.addSql(`create text search configuration ticket_terms (parser = default);`);
    this.addSql(`alter text search configuration ticket_terms add mapping for asciiword, word, numword, int, uint, float, sfloat with english_stem;`);
    // The words that count, each between blanks. Identifiers count by their parts too (HttpClient: httpclient, http,
    // client); so do versions (2.9.10) as a whole, their dots written as letters for the parser to leave them whole.
    this.addSql(String.raw`create function ticket_term_words(input text) returns text language plpgsql stable strict parallel safe as $$
      declare
        words text := unaccent(input);
      begin
        if words ~ '[a-z0-9][A-Z]|[A-Z][A-Z][a-z]|\d\.\d' then
          words := words || ' ' || array_to_string(array(
            select regexp_replace(regexp_replace(word[1], '([a-z0-9])([A-Z])', '\1 \2', 'g'), '([A-Z]+)([A-Z][a-z])', '\1 \2', 'g')
            from regexp_matches(words, '[a-zA-Z0-9]*(?:[a-z0-9][A-Z]|[A-Z][A-Z][a-z])[a-zA-Z0-9]*', 'g') as word
            union all
            select replace(version[1], '.', 'v') from regexp_matches(words, '\d+(?:\.\d+)+', 'g') as version
          ), ' ');
        end if;
        return regexp_replace(words, '[^a-zA-Z0-9\u00c0-\u1fff\u2c00-\u2fff\u3041-\ud7ff]+', ' ', 'g');
      end $$;`);
    // Stems of the title's words have the weight A.
    this.addSql(`create function ticket_title_stems(title text) returns tsvector language sql stable parallel safe
      begin atomic select setweight(to_tsvector('ticket_terms', ticket_term_words(title)), 'A'); end;`);
    this.addSql(`create function ticket_stems(title text, description text) returns tsvector language sql stable parallel safe
      begin atomic
        select ticket_title_stems(title) || to_tsvector('ticket_terms', ticket_term_words(left(description, 2000)));
      end;`);
    this.addSql(`create function ticket_terms(stems tsvector)
      returns table (term text, weight real, query_weight real)
      language sql stable parallel safe rows 40
      begin atomic
        with counted as (
          select lexeme, cardinality(positions)::float8 as everywhere, coalesce(cardinality(array_positions(weights, 'A')), 0)::float8 as in_title
          from unnest(stems)
        ), sized as (
          select lexeme, in_title, everywhere - in_title as in_description, everywhere + 2 * in_title as frequency,
            10 * round(sum(everywhere + 2 * in_title) over () / 10) as length
          from counted
        )
        select lexeme, (frequency * 2.2::float8 / (frequency + 0.3::float8 + 0.009::float8 * length))::real,
          (case when in_title > 0 then 3 else 0 end + case when in_description > 0 then 1 + ln(in_description) else 0 end)::real
        from sized;
      end;`);
    this.addSql(`create or replace function ticket_terms(title text, description text)
      returns table (term text, weight real, query_weight real)
      language sql stable parallel safe rows 60
      begin atomic select * from ticket_terms(ticket_stems(title, description)); end;`);
    this.addSql(`drop trigger ticket_terms_of_new on ticket;`);
    this.addSql(`create function keep_new_ticket_terms() returns trigger language plpgsql
      set plan_cache_mode = force_generic_plan as $$
      begin
        insert into ticket_term (term, ticket_number, weight)
          select t.term, w.number, t.weight from written w, ticket_terms(w.title, w.description) t where w.deleted_at is null;
        return null;
      exception when unique_violation then
        -- A term left behind must never be why a ticket is refused.
        insert into ticket_term (term, ticket_number, weight)
          select t.term, w.number, t.weight from written w, ticket_terms(w.title, w.description) t where w.deleted_at is null
          on conflict (term, ticket_number) do update set weight = excluded.weight;
        return null;
      end $$;`);
    this.addSql(`create or replace function keep_ticket_terms() returns trigger language plpgsql
      set plan_cache_mode = force_generic_plan as $$
      declare
        before tsvector;
        after tsvector;
        stays boolean;
        gone text[];
      begin
        if tg_op = 'TRUNCATE' then
          truncate ticket_term;
        elsif tg_op = 'DELETE' then
          delete from ticket_term
            where ticket_number = old.number and term = any(tsvector_to_array(ticket_stems(old.title, old.description)));
        else
          after := ticket_stems(new.title, new.description);
          before := case when new.description = old.description
            then ticket_title_stems(old.title) || ts_filter(after, '{d}')
            else ticket_stems(old.title, old.description) end;
          stays := old.deleted_at is null and new.deleted_at is null and old.number = new.number;
          gone := tsvector_to_array(case when stays then ts_delete(before, tsvector_to_array(after)) else before end);
          if cardinality(gone) > 0 then
            delete from ticket_term where ticket_number = old.number and term = any(gone);
          end if;
          if new.deleted_at is null then
            insert into ticket_term (term, ticket_number, weight)
              select term, new.number, weight from (
                select term, weight from ticket_terms(after)
                except select term, weight from ticket_terms(case when stays then before else '' end)
              ) differing
              on conflict (term, ticket_number) do update set weight = excluded.weight;
          end if;
        end if;
        return null;
      end $$;`);
    this.addSql(`create trigger ticket_terms_of_new after insert on ticket referencing new table as written for each statement execute function keep_new_ticket_terms();`);
    this.addSql(`create trigger ticket_terms_of_deleted after delete on ticket for each row execute function keep_ticket_terms();`);
    this.addSql(`truncate ticket_term;`);
    this.addSql(`alter table ticket_term drop constraint ticket_term_pkey;`);
    this.addSql(`insert into ticket_term (term, ticket_number, weight)
      select s.term, t.number, s.weight from ticket t, ticket_terms(t.title, t.description) s where t.deleted_at is null;`);
    this.addSql(`alter table ticket_term add primary key (term, ticket_number) include (weight);`);
  }

  /** Leaves the weights of terms as they are: they differ by a hundredth. */
  override down(): void | Promise<void> {
    this.addSql(`set local statement_timeout = 0;`);
    this.addSql(`drop trigger ticket_terms_of_deleted on ticket;`);
    this.addSql(`drop trigger ticket_terms_of_new on ticket;`);
    this.addSql(`drop function keep_new_ticket_terms;`);
    this.addSql(`create or replace function keep_ticket_terms() returns trigger language plpgsql as $$
      begin
        if tg_op = 'TRUNCATE' then
          truncate ticket_term;
          return null;
        end if;
        if tg_op <> 'INSERT' then
          delete from ticket_term
            where ticket_number = old.number and term in (select t.term from ticket_terms(old.title, old.description) t);
        end if;
        if tg_op <> 'DELETE' and new.deleted_at is null then
          insert into ticket_term (term, ticket_number, weight)
            select t.term, new.number, t.weight from ticket_terms(new.title, new.description) t
            -- A term left behind must never be why a ticket is refused.
            on conflict (term, ticket_number) do update set weight = excluded.weight;
        end if;
        return null;
      end $$;`);
    this.addSql(`alter function keep_ticket_terms reset plan_cache_mode;`);
    this.addSql(String.raw`create or replace function ticket_terms(title text, description text)
      returns table (term text, weight real, query_weight real)
      language sql stable parallel safe rows 60
      begin atomic
        with field (in_title, content) as (
          values (1, unaccent(title)), (0, unaccent(left(description, 2000)))
        ), word as (
          select in_title, match[1] as word
          from field, regexp_matches(content, '[a-zA-Z0-9\u00c0-\u1fff\u2c00-\u2fff\u3041-\ud7ff]+', 'g') as match
        ), part as (
          select in_title, unnest(
            case when word ~ '[a-z0-9][A-Z]|[A-Z][A-Z][a-z]'
              then word || string_to_array(regexp_replace(regexp_replace(word, '([a-z0-9])([A-Z])', '\1 \2', 'g'), '([A-Z]+)([A-Z][a-z])', '\1 \2', 'g'), ' ')
              else array[word] end) as part
          from word
          union all
          select in_title, match[1] from field, regexp_matches(content, '\d+(?:\.\d+)+', 'g') as match
        ), counted as (
          select (ts_lexize('english_stem', left(lower(part), 40)))[1] as term,
            sum(in_title) as in_title, sum(1 - in_title) as in_description
          from part group by 1
        ), sized as (
          select term, in_title, in_description, 3 * in_title + in_description as frequency,
            sum(3 * in_title + in_description) over () as length
          from counted where term is not null
        )
        select term, (frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * length / 100)))::real,
          (case when in_title > 0 then 3 else 0 end + case when in_description > 0 then 1 + ln(in_description) else 0 end)::real
        from sized;
      end;`);
    this.addSql(`create trigger ticket_terms_of_new after insert or delete on ticket for each row execute function keep_ticket_terms();`);
    this.addSql(`drop function ticket_terms(tsvector);`);
    this.addSql(`drop function ticket_stems;`);
    this.addSql(`drop function ticket_title_stems;`);
    this.addSql(`drop function ticket_term_words;`);
    this.addSql(`drop text search configuration ticket_terms;`);
    this.addSql(`drop trigger ticket_search_on_changed on "ticket";`);
    this.addSql(`drop trigger ticket_search_on_new on "ticket";`);
    this.addSql(`drop function ticket_search_on_changed;`);
    this.addSql(`drop function ticket_search_on_new;`);
    this.addSql(`create or replace function search_fold(input text) returns text language sql immutable strict parallel safe
      begin atomic
        select translate(lower(unaccent('unaccent', input)), $$!"#$%&'()*+,-./:;<=>?@[\\]^_\`{|}~$$, repeat(' ', 32));
      end;`);
    this.addSql(`create or replace function search_learn(words tsvector) returns void language plpgsql as $$
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
    this.addSql(`alter function search_learn reset plan_cache_mode;`);
    this.addSql(`create or replace function ticket_search_fill(wanted uuid[]) returns void language plpgsql as $$
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
    this.addSql(`create or replace function ticket_search_on_comment() returns trigger language plpgsql as $$
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
    this.addSql(`alter table "ticket_search" drop column "commented";`);
  }
}
