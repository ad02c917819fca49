import { Migration } from '@mikro-orm/migrations';
import { Migration20261121040000_search } from './Migration20261121040000_search.js';
import { Migration20261121040100_similar_tickets } from './Migration20261121040100_similar_tickets.js';
import { Migration20261121062000_cheaper_words } from './Migration20261121062000_cheaper_words.js';
import { Migration20261121171000_changed_texts } from './Migration20261121171000_changed_texts.js';

/** What made the tables that this migration replaces, in their order. */
const REPLACED = [
  Migration20261121040000_search,
  Migration20261121040100_similar_tickets,
  Migration20261121062000_cheaper_words,
  Migration20261121171000_changed_texts,
];

/** Tried in this order: those that know upper and lower case of all scripts, whatever the database's own locale. */
const COLLATIONS = ['pg_c_utf8', 'und-x-icu', 'C.utf8', 'C.UTF-8', 'en_US.utf8', 'default'];

/**
 * All that is neither letter, mark nor digit: ASCII's, Latin's, those of other scripts, general punctuation and symbols,
 * CJK punctuation, emoji and what chooses between their forms.
 */
const SEPARATORS = String.raw`[\u0001-\u001f!-/:-@[-\`{-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u055a-\u055f\u0589\u05be\u05c0\u05c3\u05f3\u05f4\u060c\u061b\u061f\u066a-\u066d\u06d4\u0964\u0965\u2000-\u2bff\u2e00-\u2e7f\u3000-\u3004\u3008-\u3020\u3030\u303d\u30fb\ufe00-\ufe6f\uff00-\uff0f\uff61-\uff65\ufff0-\uffff\U0001f000-\U0001faff]`;

/** Scripts written without blanks between words, and Korean: Thai to Burmese, Khmer, Han, kana, Hangul. As in searched-text.ts. */
const UNSPACED = String.raw`[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u303c\u3040-\u31ff\u3400-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]`;

/** Characters of a word that count. With the number of words it keeps a row below PostgreSQL's limit of a megabyte. */
const LONGEST_WORD = 48;
const MOST_WORDS = 5000;
/** Of a word's beginning all texts with a letter less are kept in an index. */
const COMPARED_LETTERS = 7;
/** Shorter words are found as they are written only. */
const SHORTEST_LEARNT = 4;

/** Of functions that are called for each text. */
const IN_PLACE = 'language plpgsql immutable strict parallel safe set search_path from current as $body$';
/**
 * Of functions whose statements must be planned by an index, whatever PostgreSQL knows of the table and the words: a plan is
 * kept as long as its connection, also one that was made when the table was empty.
 */
const BY_INDEX = 'set enable_seqscan = off set plan_cache_mode = force_generic_plan';

/** One row of words and one of stems for each ticket; see docs/decisions/0030-search.md and 0040-similar-tickets.md. */
export class Migration20261127160000_search_rows extends Migration {

  override name = 'Migration20261127160000_search_rows';

  override up(): void | Promise<void> {
    // Filling the tables of a large database takes longer than any request may.
    this.addSql(`set local statement_timeout = 0;`);
    this.#dropReplaced();

    // plpgsql, as each call of a function in SQL would cost as much as its work. What a column or an index is made by must run
    // whatever the session's search_path is: a restored dump's is empty.
    // unaccent is only STABLE, because its rules could be changed. Ours are the extension's own.
    this.addSql(`do $do$ begin
      execute format($create$
        create function search_letters(input text) returns text ${IN_PLACE}
        begin
          return replace(lower(case when octet_length(input) = char_length(input) then input
            else unaccent('unaccent', normalize(input, NFKC)) end collate %I), 'ς', 'σ');
        end $body$ $create$, (
          select collname from pg_collation
          where collname = any('{${COLLATIONS.join()}}') and collnamespace = 'pg_catalog'::regnamespace
            and collencoding in (-1, pg_char_to_encoding(getdatabaseencoding()))
          order by array_position('{${COLLATIONS.join()}}', collname::text) limit 1));
    end $do$;`);
    this.addSql(`comment on function search_letters is 'the text without accents, in lower case';`);
    this.addSql(`create function search_fold(input text) returns text language sql immutable strict parallel safe
      begin atomic select regexp_replace(search_letters(input), '${SEPARATORS}+', ' ', 'g'); end;`);
    this.addSql(`comment on function search_fold is 'the text''s words, folded, with blanks between them';`);
    this.addSql(`create function search_pairs(folded text) returns text language sql immutable strict parallel safe
      begin atomic
        select regexp_replace(folded, '${UNSPACED}+', ' ', 'g') || ' ' || coalesce((
          select string_agg(letter || following, ' ')
          from regexp_matches(folded, '${UNSPACED}+', 'g') as run (letters)
            cross join lateral (
              select letter, coalesce(lead(letter) over (order by place), '') as following
              from unnest(string_to_array(run.letters[1], null)) with ordinality as l (letter, place)
            ) pair), '');
      end;`);
    this.addSql(`comment on function search_pairs is 'each letter of an unspaced script with the one after it, instead of its run';`);
    this.addSql(`create function search_terms(input text) returns text[] ${IN_PLACE}
      declare
        words text := search_fold(input);
      begin
        if words ~ '${UNSPACED}' then words := search_pairs(words); end if;
        if octet_length(words) > ${LONGEST_WORD} then
          words := regexp_replace(words, '([^ ]{${LONGEST_WORD}})[^ ]+', '\\1', 'g');
        end if;
        return array_remove(string_to_array(words, ' '), '');
      end $body$;`);
    this.addSql(`create function ticket_words(title text, description text) returns tsvector ${IN_PLACE}
      begin
        return coalesce(nullif(array_to_string(search_terms(title), ':1A '), '') || ':1A', '')::tsvector
          || coalesce(nullif(array_to_string(search_terms(description), ':1B '), '') || ':1B', '')::tsvector;
      end $body$;`);
    this.addSql(`comment on function ticket_words is 'words of the title with weight A, of the description with weight B';`);
    this.addSql(`create function comment_words(content text) returns tsvector language sql immutable strict parallel safe
      begin atomic select array_to_tsvector(search_terms(content)); end;`);
    this.addSql(`comment on function comment_words is 'without positions, which count as weight D';`);

    this.addSql(`alter table "comment" add column "words" tsvector generated always as (comment_words(content)) stored;`);
    // Without foreign keys, which would be a quarter of what a new ticket's words cost: triggers remove and renumber the rows.
    this.addSql(`create table "ticket_search" ("ticket_number" int not null, "created_at" timestamptz(3) not null, "words" tsvector not null,
      constraint "ticket_search_pkey" primary key ("ticket_number"));`);
    this.addSql(`create table "ticket_stem" ("ticket_number" int not null, "stems" tsvector not null,
      constraint "ticket_stem_pkey" primary key ("ticket_number"));`);
    // Rows stay whole: taking them out of a table beside would be most of a search's time.
    this.addSql(`alter table "ticket_search" set (toast_tuple_target = 8160);`);
    this.addSql(`alter table "ticket_stem" set (toast_tuple_target = 8160);`);
    // So many of the most frequent words are known as ten times this.
    this.addSql(`alter table "ticket_search" alter "words" set statistics 300;`);
    this.addSql(`alter table "ticket_stem" alter "stems" set statistics 300;`);
    this.addSql(`alter table "comment" alter "words" set statistics 300;`);

    this.#stems();
    this.#vocabulary();
    this.#rows();
    this.#triggers();
    this.#hits();

    this.addSql(`insert into ticket_search (ticket_number, created_at, words)
      select t.number, t.created_at, ticket_search_words(t.id) from ticket t order by t.number;`);
    this.addSql(`insert into ticket_stem (ticket_number, stems)
      select number, ticket_stems(title, description) from ticket where deleted_at is null order by number;`);
    this.addSql(`insert into search_word (word) select distinct ltrim(word, '=') from ts_stat('select words from ticket_search')
      where is_learnt(ltrim(word, '='));`);
    // New entries wait beside an index until SearchUpkeep puts them in, each second; a write does so itself only beyond four
    // megabytes, which is PostgreSQL's default.
    this.addSql(`create index "ticket_search_by_words" on "ticket_search" using gin ("words");`);
    this.addSql(`create index "ticket_stem_by_stems" on "ticket_stem" using gin ("stems");`);
    this.addSql(`create index "comment_by_words" on "comment" using gin ("words");`);
    this.addSql(`create index "search_word_by_word" on "search_word" ("word");`);
    this.addSql(`create index "search_word_by_slips" on "search_word" using gin (search_slips(word));`);
  }

  /** The same stems for less: most of what stands between words are single blanks, which need not be replaced by blanks. */
  #stems(): void {
    this.addSql(String.raw`create or replace function ticket_term_words(input text) returns text language plpgsql stable strict parallel safe as $$
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
        return regexp_replace(words, '[^ a-zA-Z0-9\u00c0-\u1fff\u2c00-\u2fff\u3041-\ud7ff]+', ' ', 'g');
      end $$;`);
  }

  /** The words that texts hold, for those to be compared with that nothing holds. */
  #vocabulary(): void {
    // Words of which one slip makes the other have one of these in common: where the slip is further on, the beginning.
    this.addSql(`create function search_slips(word text) returns text[] language sql immutable strict parallel safe
      begin atomic
        select array(
          select overlay(left(word, ${COMPARED_LETTERS}) placing '' from place for 1)
          from generate_series(1, least(${COMPARED_LETTERS}, char_length(word))) as place) || left(word, ${COMPARED_LETTERS});
      end;`);
    this.addSql(`create function is_learnt(word text) returns boolean language sql immutable parallel safe
      begin atomic select char_length(word) between ${SHORTEST_LEARNT} and ${LONGEST_WORD - 1} and word !~ '[0-9]'; end;`);
    // Not unique, so that nobody waits for another transaction that learns the same word: it is there twice then.
    this.addSql(`create table "search_word" ("word" text collate "C" not null);`);
    this.addSql(`create function search_alike(typed text) returns text[] language plpgsql stable parallel safe ${BY_INDEX} as $$
      begin
        return array(select word from search_word where is_learnt(typed) and search_slips(word) && search_slips(typed)
          and char_length(word) between char_length(typed) - 1 and char_length(typed) + 1);
      end $$;`);
    // A write leaves its words here, without looking for those that are known.
    this.addSql(`create table "search_waiting" ("words" tsvector not null);`);
    this.addSql(`create function search_learn(most int) returns int language plpgsql ${BY_INDEX} as $$
      declare
        texts int;
        heard text[];
      begin
        with taken as (
          delete from search_waiting where ctid = any(array(select ctid from search_waiting limit most for update skip locked)) returning words
        )
        select (select count(*) from taken), array(select distinct ltrim(word, '=') from taken, unnest(tsvector_to_array(words)) as word)
          into texts, heard;
        insert into search_word (word)
          select word from unnest(heard) as word where is_learnt(word)
          except select word from search_word where word = any(heard);
        return texts;
      end $$;`);
    this.addSql(`comment on function search_learn is 'puts the words of so many waiting texts into search_word';`);
  }

  /** What the rows must be, whatever happened before; triggers come to the same with less work. */
  #rows(): void {
    this.addSql(`create function marked_words(words tsvector, internal boolean) returns tsvector ${IN_PLACE}
      begin
        return case when internal
          then array_to_tsvector(array(select '=' || lexeme from unnest(tsvector_to_array(words)) as lexeme)) else words end;
      end $body$;`);
    this.addSql(`comment on function marked_words is 'a word of an internal comment begins with =, as no word of a text does';`);
    // Of a ticket with too many words only its own are kept, with a mark by which comments leave the row alone.
    this.addSql(`create function ticket_search_words(wanted uuid) returns tsvector language plpgsql stable strict ${BY_INDEX} as $$
      declare
        own tsvector := (select ticket_words(title, description) from ticket where id = wanted);
        all_words tsvector := own;
        said tsvector;
      begin
        for said in select marked_words(words, internal) from comment where ticket_id = wanted and deleted_at is null loop
          exit when length(all_words) > ${MOST_WORDS};
          all_words := all_words || said;
        end loop;
        return case when length(all_words) <= ${MOST_WORDS} then all_words else own || '''=''' end;
      end $$;`);
  }

  #triggers(): void {
    this.addSql(`create function keep_new_ticket() returns trigger language plpgsql as $$
      begin
        with kept as (
          insert into ticket_search (ticket_number, created_at, words)
            select number, created_at, ticket_words(title, description) from written returning words
        )
        insert into search_waiting (words) select words from kept;
        insert into ticket_stem (ticket_number, stems)
          select number, ticket_stems(title, description) from written where deleted_at is null;
        return null;
      end $$;`);
    // Locked first: the statement after it then sees what others had written before they let go of the row.
    this.addSql(`create function keep_ticket_words(wanted uuid) returns void language plpgsql ${BY_INDEX} as $$
      begin
        perform from ticket_search s join ticket t on t.number = s.ticket_number where t.id = wanted for no key update of s;
        update ticket_search s set created_at = t.created_at, words = ticket_search_words(t.id)
          from ticket t where t.id = wanted and s.ticket_number = t.number;
      end $$;`);
    this.addSql(`create function keep_changed_ticket() returns trigger language plpgsql as $$
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
      end $$;`);
    this.addSql(`create function keep_removed_ticket() returns trigger language plpgsql as $$
      begin
        if tg_op = 'TRUNCATE' then
          truncate ticket_search, ticket_stem;
        else
          delete from ticket_search where ticket_number = old.number;
          delete from ticket_stem where ticket_number = old.number;
        end if;
        return null;
      end $$;`);
    this.addSql(`create function keep_comment_words() returns trigger language plpgsql ${BY_INDEX} as $$
      begin
        if tg_op = 'INSERT' and new.deleted_at is null then
          update ticket_search s set words = (
              select case when length(all_words) <= ${MOST_WORDS} then all_words else ticket_words(t.title, t.description) || '''=''' end
              from (select s.words || marked_words(new.words, new.internal) as all_words offset 0) joined)
            from ticket t where t.id = new.ticket_id and s.ticket_number = t.number and not s.words @@ '''=''';
        elsif tg_op <> 'INSERT' then
          perform keep_ticket_words(old.ticket_id);
          perform keep_ticket_words(new.ticket_id) where new.ticket_id <> old.ticket_id;
        end if;
        if tg_op <> 'DELETE' then insert into search_waiting (words) values (new.words); end if;
        return null;
      end $$;`);
    this.addSql(`create trigger keep_new_ticket after insert on "ticket" referencing new table as written
      for each statement execute function keep_new_ticket();`);
    this.addSql(`create trigger keep_removed_ticket after delete on "ticket" for each row execute function keep_removed_ticket();`);
    this.addSql(`create trigger keep_removed_tickets after truncate on "ticket" execute function keep_removed_ticket();`);
    this.addSql(`create trigger keep_changed_ticket after update on "ticket" for each row
      when ((old.title, old.description, old.created_at, old.deleted_at, old.number)
        is distinct from (new.title, new.description, new.created_at, new.deleted_at, new.number))
      execute function keep_changed_ticket();`);
    this.addSql(`create trigger keep_comment_words after insert or delete on "comment" for each row execute function keep_comment_words();`);
    this.addSql(`create trigger keep_changed_comment_words after update on "comment" for each row
      when ((old.content, old.internal, old.deleted_at, old.ticket_id) is distinct from (new.content, new.internal, new.deleted_at, new.ticket_id))
      execute function keep_comment_words();`);
  }

  #hits(): void {
    this.addSql(`create function ticket_hits(query tsquery, most int) returns int[] language plpgsql stable parallel safe ${BY_INDEX} as $$
      begin
        return array(
          select ticket_number
          from (select ticket_number, created_at from ticket_search where words @@ query limit most) found
          order by created_at desc, ticket_number desc);
      end $$;`);
    this.addSql(`comment on function ticket_hits is 'numbers of tickets with the words, newest first; of too many, any';`);
    this.addSql(`create function comment_hits(query tsquery, most int) returns uuid[] language plpgsql stable parallel safe ${BY_INDEX} as $$
      begin
        return array(select id from comment where words @@ query limit most);
      end $$;`);
    this.addSql(`create function stem_hits(query tsquery, most int) returns int[] language plpgsql stable parallel safe ${BY_INDEX} as $$
      begin
        return array(select ticket_number from ticket_stem where stems @@ query limit most);
      end $$;`);
    this.addSql(`create function newest_stem_hits(query tsquery, walked int, most int) returns int[] language plpgsql stable parallel safe ${BY_INDEX} as $$
      begin
        return array(
          select ticket_number from (select * from ticket_stem order by ticket_number desc limit walked) newest
          where stems @@ query limit most);
      end $$;`);
  }

  /** The terms of tickets stay as they are cut and weighed. */
  #dropReplaced(): void {
    for (const [table, ...triggers] of [
      ['ticket', 'ticket_texts_of_changed', 'ticket_terms_of_renumbered', 'ticket_terms_of_new', 'ticket_terms_of_deleted', 'ticket_terms_of_all', 'ticket_search_on_new'],
      ['comment', 'ticket_search_on_comment'],
    ]) {
      for (const trigger of triggers) this.addSql(`drop trigger ${trigger} on "${table}";`);
    }
    for (const table of ['ticket_search', 'comment_search', 'ticket_term', 'search_word']) this.addSql(`drop table ${table};`);
    for (const name of [
      'keep_changed_ticket_texts', 'keep_new_ticket_terms', 'keep_ticket_terms', 'ticket_search_change', 'ticket_terms_change',
      'ticket_search_fill', 'ticket_search_on_comment', 'ticket_search_on_new', 'search_like', 'search_learn', 'search_words', 'search_fold',
    ]) this.addSql(`drop function ${name};`);
  }

  override down(): void | Promise<void> {
    this.addSql(`set local statement_timeout = 0;`);
    for (const trigger of ['keep_changed_ticket', 'keep_new_ticket', 'keep_removed_ticket', 'keep_removed_tickets']) this.addSql(`drop trigger ${trigger} on "ticket";`);
    for (const trigger of ['keep_changed_comment_words', 'keep_comment_words']) this.addSql(`drop trigger ${trigger} on "comment";`);
    this.addSql(`drop function ticket_search_words;`);
    this.addSql(`alter table "comment" drop column "words";`);
    for (const table of ['ticket_search', 'ticket_stem', 'search_word', 'search_waiting']) this.addSql(`drop table ${table};`);
    for (const name of [
      'ticket_hits', 'comment_hits', 'stem_hits', 'newest_stem_hits', 'keep_comment_words', 'keep_changed_ticket', 'keep_ticket_words', 'keep_new_ticket',
      'keep_removed_ticket', 'marked_words', 'search_learn', 'search_alike', 'is_learnt', 'search_slips', 'comment_words', 'ticket_words',
      'search_terms', 'search_pairs', 'search_fold', 'search_letters',
      'ticket_terms(text, text)', 'ticket_terms(tsvector)', 'ticket_terms(tsvector, float8)', 'ticket_length', 'ticket_positions', 'ticket_stems',
      'ticket_title_stems', 'ticket_term_words',
    ]) this.addSql(`drop function ${name};`);
    this.addSql(`drop text search configuration ticket_terms;`);
    // What was replaced is made and filled by the migrations that made it; this index of the first of them has stayed.
    this.addSql(`drop index "ticket_deleted";`);
    for (const Replaced of REPLACED) {
      const replaced = new Replaced(this.driver, this.config);
      void replaced.up();
      for (const query of replaced.getQueries()) this.addSql(query);
    }
  }

}
