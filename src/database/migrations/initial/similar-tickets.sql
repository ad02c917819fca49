-- The stems of each live ticket, for finding similar ones; see docs/decisions/0040-similar-tickets.md. Rows of ticket_stem are
-- kept by the triggers in search.sql.

create text search configuration ticket_terms (parser = default);
alter text search configuration ticket_terms add mapping for asciiword, word, numword, int, uint, float, sfloat with english_stem;

-- The words that count, each between blanks. Identifiers count by their parts too (HttpClient: httpclient, http, client); so do
-- versions (2.9.10) as a whole, their dots written as letters for the parser to leave them whole. Most of what stands between
-- words are single blanks, which need not be replaced by blanks.
create function ticket_term_words(input text) returns text
language plpgsql stable strict parallel safe as $$
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
end $$;

-- Stems of the title's words have the weight A.
create function ticket_title_stems(title text) returns tsvector
language sql stable parallel safe
begin atomic
  select setweight(to_tsvector('ticket_terms', ticket_term_words(title)), 'A');
end;

create function ticket_stems(title text, description text) returns tsvector
language sql stable parallel safe
begin atomic
  select ticket_title_stems(title) || to_tsvector('ticket_terms', ticket_term_words(left(description, 2000)));
end;

-- As text it is 'door':3A,7 'elev':1A. No stem holds a colon or a comma.
create function ticket_positions(stems tsvector) returns int
language sql immutable strict parallel safe
begin atomic
  select char_length(stems::text) - char_length(translate(stems::text, ':,', ''));
end;

-- Words of the title count three times. A text's length counts in steps of ten words, as in Lucene by powers: a word more
-- changes no other term's weight.
create function ticket_length(stems tsvector) returns float8
language sql immutable strict parallel safe
begin atomic
  select 10 * round((ticket_positions(stems) + 2 * ticket_positions(ts_filter(stems, '{a}')))::float8 / 10);
end;

-- weight: how much the term says of a ticket with these texts, by BM25 with k1 = 1.2 and b = 0.75, a word in the title counting
-- three times and the length of an average ticket taken to be 100 words.
-- query_weight: how much the term matters when these texts are what others are compared with.
-- Offset 0: each expression is worked out once, however often it is used.
create function ticket_terms(stems tsvector, length float8)
returns table (term text, weight real, query_weight real)
language sql stable parallel safe rows 40
begin atomic
  select lexeme, (frequency * 2.2::float8 / (frequency + 0.3::float8 + 0.009::float8 * length))::real,
    (case when in_title > 0 then 3 else 0 end + case when everywhere > in_title then 1 + ln(everywhere - in_title) else 0 end)::real
  from (
    select lexeme, everywhere, in_title, everywhere + 2 * in_title as frequency
    from (
      select lexeme, cardinality(positions)::float8 as everywhere,
        coalesce(cardinality(array_positions(weights, 'A')), 0)::float8 as in_title
      from unnest(stems) offset 0
    ) counted offset 0
  ) sized;
end;

create function ticket_terms(stems tsvector)
returns table (term text, weight real, query_weight real)
language sql stable parallel safe rows 40
begin atomic
  select t.term, t.weight, t.query_weight
  from (select stems as cut offset 0) as once, ticket_terms(once.cut, ticket_length(once.cut)) t;
end;

create function ticket_terms(title text, description text)
returns table (term text, weight real, query_weight real)
language sql stable parallel safe rows 60
begin atomic
  select * from ticket_terms(ticket_stems(title, description));
end;

-- Planned by an index, as those of search.sql.

create function stem_hits(query tsquery, most int) returns int[]
language plpgsql stable parallel safe set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
begin
  return array(select ticket_number from ticket_stem where stems @@ query limit most);
end $$;

create function newest_stem_hits(query tsquery, walked int, most int) returns int[]
language plpgsql stable parallel safe set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
begin
  return array(
    select ticket_number from (select * from ticket_stem order by ticket_number desc limit walked) newest
    where stems @@ query limit most);
end $$;
