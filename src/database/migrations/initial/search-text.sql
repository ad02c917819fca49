-- How texts become words to be searched for; see docs/decisions/0030-search.md. No function here reads a table: the column
-- comment.words and an index are made by them, so they must run whatever the session's search_path is (a restored dump's is
-- empty). Most are plpgsql, as each call of a function in SQL would cost as much as its work; bodies of the form "begin atomic"
-- are bound to the functions that they name when they are made.

-- unaccent is only STABLE, because its rules could be changed. Ours are the extension's own.
-- The collations are tried in this order: those that know upper and lower case of all scripts, whatever the database's own
-- locale.
do $do$ begin
  execute format($create$
    create function search_letters(input text) returns text
    language plpgsql immutable strict parallel safe set search_path from current as $body$
    begin
      return replace(lower(case when octet_length(input) = char_length(input) then input
        else unaccent('unaccent', normalize(input, NFKC)) end collate %I), 'ς', 'σ');
    end $body$ $create$, (
      select collname from pg_collation
      where collname = any('{pg_c_utf8,und-x-icu,C.utf8,C.UTF-8,en_US.utf8,default}') and collnamespace = 'pg_catalog'::regnamespace
        and collencoding in (-1, pg_char_to_encoding(getdatabaseencoding()))
      order by array_position('{pg_c_utf8,und-x-icu,C.utf8,C.UTF-8,en_US.utf8,default}', collname::text) limit 1));
end $do$;
comment on function search_letters is 'the text without accents, in lower case';

-- The expression matches all that is neither letter, mark nor digit: ASCII's, Latin's, those of other scripts, general
-- punctuation and symbols, CJK punctuation, emoji and what chooses between their forms.
create function search_fold(input text) returns text
language sql immutable strict parallel safe
begin atomic
  select regexp_replace(search_letters(input), '[\u0001-\u001f!-/:-@[-\`{-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u055a-\u055f\u0589\u05be\u05c0\u05c3\u05f3\u05f4\u060c\u061b\u061f\u066a-\u066d\u06d4\u0964\u0965\u2000-\u2bff\u2e00-\u2e7f\u3000-\u3004\u3008-\u3020\u3030\u303d\u30fb\ufe00-\ufe6f\uff00-\uff0f\uff61-\uff65\ufff0-\uffff\U0001f000-\U0001faff]+', ' ', 'g');
end;
comment on function search_fold is 'the text''s words, folded, with blanks between them';

-- The expression, here and in search_terms, matches scripts written without blanks between words, and Korean: Thai to Burmese,
-- Khmer, Han, kana, Hangul. As in src/search/searched-text.ts.
create function search_pairs(folded text) returns text
language sql immutable strict parallel safe
begin atomic
  select regexp_replace(folded, '[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u303c\u3040-\u31ff\u3400-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]+', ' ', 'g') || ' ' || coalesce((
    select string_agg(letter || following, ' ')
    from regexp_matches(folded, '[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u303c\u3040-\u31ff\u3400-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]+', 'g') as run (letters)
      cross join lateral (
        select letter, coalesce(lead(letter) over (order by place), '') as following
        from unnest(string_to_array(run.letters[1], null)) with ordinality as l (letter, place)
      ) pair), '');
end;
comment on function search_pairs is 'each letter of an unspaced script with the one after it, instead of its run';

-- 48 characters of a word count (MAX_WORD_LENGTH of src/search/searched-text.ts). With the number of words (see
-- ticket_search_words) it keeps a row below PostgreSQL's limit of a megabyte.
create function search_terms(input text) returns text[]
language plpgsql immutable strict parallel safe set search_path from current as $body$
declare
  words text := search_fold(input);
begin
  if words ~ '[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u303c\u3040-\u31ff\u3400-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]' then words := search_pairs(words); end if;
  if octet_length(words) > 48 then
    words := regexp_replace(words, '([^ ]{48})[^ ]+', '\1', 'g');
  end if;
  return array_remove(string_to_array(words, ' '), '');
end $body$;

create function ticket_words(title text, description text) returns tsvector
language plpgsql immutable strict parallel safe set search_path from current as $body$
begin
  return coalesce(nullif(array_to_string(search_terms(title), ':1A '), '') || ':1A', '')::tsvector
    || coalesce(nullif(array_to_string(search_terms(description), ':1B '), '') || ':1B', '')::tsvector;
end $body$;
comment on function ticket_words is 'words of the title with weight A, of the description with weight B';

create function comment_words(content text) returns tsvector
language sql immutable strict parallel safe
begin atomic
  select array_to_tsvector(search_terms(content));
end;
comment on function comment_words is 'without positions, which count as weight D';

create function marked_words(words tsvector, internal boolean) returns tsvector
language plpgsql immutable strict parallel safe set search_path from current as $body$
begin
  return case when internal
    then array_to_tsvector(array(select '=' || lexeme from unnest(tsvector_to_array(words)) as lexeme)) else words end;
end $body$;
comment on function marked_words is 'a word of an internal comment begins with =, as no word of a text does';

-- Words of which one slip makes the other have one of these in common: of the first seven letters all texts with a letter
-- less; where the slip is further on, those seven letters.
create function search_slips(word text) returns text[]
language sql immutable strict parallel safe
begin atomic
  select array(
    select overlay(left(word, 7) placing '' from place for 1)
    from generate_series(1, least(7, char_length(word))) as place) || left(word, 7);
end;

-- Words that misspelt ones are compared with. Shorter ones are found as they are written only; one of 48 letters may be cut.
create function is_learnt(word text) returns boolean
language sql immutable parallel safe
begin atomic
  select char_length(word) between 4 and 47 and word !~ '[0-9]';
end;
