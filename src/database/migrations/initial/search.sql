-- What keeps and finds the words of tickets and comments; see docs/decisions/0030-search.md.
--
-- Functions with "enable_seqscan = off" and "force_generic_plan": their statements must be planned by an index, whatever
-- PostgreSQL knows of the table and the words. A plan is kept as long as its connection, also one that was made when the table
-- was empty.

-- What a row must be, whatever happened before; triggers come to the same with less work.
-- Of a ticket with more than 5000 words only its own are kept, with a mark by which comments leave the row alone.
create function ticket_search_words(wanted uuid) returns tsvector
language plpgsql stable strict set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare
  own tsvector := (select ticket_words(title, description) from ticket where id = wanted);
  all_words tsvector := own;
  said tsvector;
begin
  for said in select marked_words(words, internal) from comment where ticket_id = wanted and deleted_at is null loop
    exit when length(all_words) > 5000;
    all_words := all_words || said;
  end loop;
  return case when length(all_words) <= 5000 then all_words else own || '''=''' end;
end $$;

-- Locked first: the statement after it then sees what others had written before they let go of the row.
create function keep_ticket_words(wanted uuid) returns void
language plpgsql set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
begin
  perform from ticket_search s join ticket t on t.number = s.ticket_number where t.id = wanted for no key update of s;
  update ticket_search s set created_at = t.created_at, words = ticket_search_words(t.id)
    from ticket t where t.id = wanted and s.ticket_number = t.number;
end $$;

-- Rows of tickets: words, stems (similar-tickets.sql), and the words to be learnt.

create function keep_new_ticket() returns trigger language plpgsql as $$
begin
  with kept as (
    insert into ticket_search (ticket_number, created_at, words)
      select number, created_at, ticket_words(title, description) from written returning words
  )
  insert into search_waiting (words) select words from kept;
  insert into ticket_stem (ticket_number, stems)
    select number, ticket_stems(title, description) from written where deleted_at is null;
  return null;
end $$;
create trigger keep_new_ticket after insert on ticket referencing new table as written
  for each statement execute function keep_new_ticket();

create function keep_changed_ticket() returns trigger language plpgsql as $$
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
create trigger keep_changed_ticket after update on ticket for each row
  when ((old.title, old.description, old.created_at, old.deleted_at, old.number)
    is distinct from (new.title, new.description, new.created_at, new.deleted_at, new.number))
  execute function keep_changed_ticket();

create function keep_removed_ticket() returns trigger language plpgsql as $$
begin
  if tg_op = 'TRUNCATE' then
    truncate ticket_search, ticket_stem;
  else
    delete from ticket_search where ticket_number = old.number;
    delete from ticket_stem where ticket_number = old.number;
  end if;
  return null;
end $$;
create trigger keep_removed_ticket after delete on ticket for each row execute function keep_removed_ticket();
create trigger keep_removed_tickets after truncate on ticket execute function keep_removed_ticket();

-- A new comment only adds words. Whatever else happens to one, the ticket's words are collected anew.
create function keep_comment_words() returns trigger
language plpgsql set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
begin
  if tg_op = 'INSERT' and new.deleted_at is null then
    update ticket_search s set words = (
        select case when length(all_words) <= 5000 then all_words else ticket_words(t.title, t.description) || '''=''' end
        from (select s.words || marked_words(new.words, new.internal) as all_words offset 0) joined)
      from ticket t where t.id = new.ticket_id and s.ticket_number = t.number and not s.words @@ '''=''';
  elsif tg_op <> 'INSERT' then
    perform keep_ticket_words(old.ticket_id);
    perform keep_ticket_words(new.ticket_id) where new.ticket_id <> old.ticket_id;
  end if;
  if tg_op <> 'DELETE' then insert into search_waiting (words) values (new.words); end if;
  return null;
end $$;
create trigger keep_comment_words after insert or delete on comment for each row execute function keep_comment_words();
create trigger keep_changed_comment_words after update on comment for each row
  when ((old.content, old.internal, old.deleted_at, old.ticket_id) is distinct from (new.content, new.internal, new.deleted_at, new.ticket_id))
  execute function keep_comment_words();

-- The words that texts hold (search_word), for those to be compared with that nothing holds.

create function search_learn(most int) returns int
language plpgsql set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
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
end $$;
comment on function search_learn is 'puts the words of so many waiting texts into search_word';

create function search_alike(typed text) returns text[]
language plpgsql stable parallel safe set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
begin
  return array(select word from search_word where is_learnt(typed) and search_slips(word) && search_slips(typed)
    and char_length(word) between char_length(typed) - 1 and char_length(typed) + 1);
end $$;

-- What is found.

create function ticket_hits(query tsquery, most int) returns int[]
language plpgsql stable parallel safe set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
begin
  return array(
    select ticket_number
    from (select ticket_number, created_at from ticket_search where words @@ query limit most) found
    order by created_at desc, ticket_number desc);
end $$;
comment on function ticket_hits is 'numbers of tickets with the words, newest first; of too many, any';

create function comment_hits(query tsquery, most int) returns uuid[]
language plpgsql stable parallel safe set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
begin
  return array(select id from comment where words @@ query limit most);
end $$;
