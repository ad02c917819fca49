import { Migration } from '@mikro-orm/migrations';

/**
 * The same words and terms as before, kept with less work when texts change (bench/results.md, "Writes"):
 *
 * - Of each hundred tickets that one statement changes, all words and terms are kept by a few statements.
 * - When only a title changes, and the text's length does not count as another, only terms of the old and the new title are
 *   weighed anew. A text's length is counted without taking its stems apart.
 *
 * What keeps terms when a ticket is renumbered stays by row: nobody does it but repairs by hand.
 */
export class Migration20261121171000_changed_texts extends Migration {

  override name = 'Migration20261121171000_changed_texts';

  override up(): void | Promise<void> {
    // As text it is 'door':3A,7 'elev':1A. No stem holds a colon or a comma.
    this.addSql(`create function ticket_positions(stems tsvector) returns int language sql immutable strict parallel safe
      begin atomic select char_length(stems::text) - char_length(translate(stems::text, ':,', '')); end;`);
    // Words of the title count three times.
    this.addSql(`create function ticket_length(stems tsvector) returns float8 language sql immutable strict parallel safe
      begin atomic
        select 10 * round((ticket_positions(stems) + 2 * ticket_positions(ts_filter(stems, '{a}')))::float8 / 10);
      end;`);
    // Offset 0: each expression is worked out once, however often it is used.
    this.addSql(`create function ticket_terms(stems tsvector, length float8)
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
      end;`);
    this.addSql(`create or replace function ticket_terms(stems tsvector)
      returns table (term text, weight real, query_weight real)
      language sql stable parallel safe rows 40
      begin atomic
        select t.term, t.weight, t.query_weight
        from (select stems as cut offset 0) as once, ticket_terms(once.cut, ticket_length(once.cut)) t;
      end;`);

    this.addSql(`drop trigger ticket_search_on_changed on "ticket";`);
    this.addSql(`drop function ticket_search_on_changed;`);
    this.addSql(`drop trigger ticket_terms_of_changed on "ticket";`);
    this.addSql(`create or replace function keep_ticket_terms() returns trigger language plpgsql
      set plan_cache_mode = force_generic_plan as $$
      begin
        if tg_op = 'TRUNCATE' then
          truncate ticket_term;
          return null;
        end if;
        delete from ticket_term
          where ticket_number = old.number and term = any(tsvector_to_array(ticket_stems(old.title, old.description)));
        if tg_op = 'UPDATE' and new.deleted_at is null then
          insert into ticket_term (term, ticket_number, weight)
            select term, new.number, weight from ticket_terms(new.title, new.description)
            on conflict (term, ticket_number) do update set weight = excluded.weight;
        end if;
        return null;
      end $$;`);
    this.addSql(`create trigger ticket_terms_of_renumbered after update of number on "ticket" for each row
      when (old.number is distinct from new.number) execute function keep_ticket_terms();`);

    // A tsvector holds at most one megabyte: of a ticket with more different words than that, its own are kept.
    this.addSql(`create function ticket_search_change(ids uuid[], owns tsvector[]) returns void language plpgsql
      set plan_cache_mode = force_generic_plan as $$
      declare
        added text[];
      begin
        begin
          with written as (
            update ticket_search s set words = own.words || s.commented
            from unnest(ids, owns) as own (id, words) join ticket_search before on before.ticket_id = own.id
            where s.ticket_id = own.id
            returning ts_delete(own.words, tsvector_to_array(before.words)) as added
          )
          -- Not by "not exists": that PostgreSQL would do by reading all known words.
          select array_agg(distinct lexeme) into added from written, unnest(tsvector_to_array(written.added)) as lexeme
            where char_length(lexeme) between 4 and 40 and lexeme !~ '[0-9]'
              and (select true from search_word where word = lexeme) is null;
        exception when program_limit_exceeded then
          for place in 1 .. cardinality(ids) loop
            begin
              update ticket_search set words = owns[place] || commented where ticket_id = ids[place];
            exception when program_limit_exceeded then
              update ticket_search set words = owns[place] where ticket_id = ids[place];
            end;
            perform search_learn(owns[place]);
          end loop;
        end;
        if added is not null then
          -- As many as fit into a tsvector in any case.
          perform search_learn(array_to_tsvector(added[1:5000]));
        end if;
      end $$;`);
    this.addSql(`create function ticket_terms_change(gone_terms text[], gone_numbers int[], numbers int[], stems tsvector[], lengths float8[])
      returns void language plpgsql
      set plan_cache_mode = force_generic_plan as $$
      begin
        delete from ticket_term using unnest(gone_terms, gone_numbers) as gone (term, number)
          where ticket_term.term = gone.term and ticket_number = gone.number;
        insert into ticket_term (term, ticket_number, weight)
          select t.term, c.number, t.weight
          from unnest(numbers, stems, lengths) as c (number, stems, length), ticket_terms(c.stems, c.length) t
          on conflict (term, ticket_number) do update set weight = excluded.weight;
      end $$;`);
    this.addSql(`create function keep_changed_ticket_texts() returns trigger language plpgsql as $$
      declare
        -- So many at once: arrays are copied as they grow.
        most constant int := 100;
        ticket record;
        seen int := 0;
        ids uuid[] := '{}';
        owns tsvector[] := '{}';
        was_title tsvector;
        title tsvector;
        described tsvector;
        before tsvector;
        after tsvector;
        length float8;
        gone text[];
        gone_terms text[] := '{}';
        gone_numbers int[] := '{}';
        differing text[];
        changed_numbers int[] := '{}';
        changed_stems tsvector[] := '{}';
        changed_lengths float8[] := '{}';
      begin
        -- The same rows stand in both; a full join, as that is never done by comparing each with each, however few there were
        -- when PostgreSQL made its plan.
        for ticket in
          select o.id, o.number, o.title as was_title, o.description as was_description, n.title, n.description,
            o.deleted_at is null as lived, n.deleted_at is null as lives, o.number is distinct from n.number as is_renumbered,
            o.description = n.description as is_described_alike
          from was o full join changed n on n.id = o.id
          where (o.title, o.description, o.deleted_at) is distinct from (n.title, n.description, n.deleted_at)
        loop
          if seen = most then
            perform ticket_terms_change(gone_terms, gone_numbers, changed_numbers, changed_stems, changed_lengths);
            perform ticket_search_change(ids, owns);
            seen := 0;
            ids := '{}';
            owns := '{}';
            gone_terms := '{}';
            gone_numbers := '{}';
            changed_numbers := '{}';
            changed_stems := '{}';
            changed_lengths := '{}';
          end if;
          seen := seen + 1;
          if (ticket.title, ticket.description) is distinct from (ticket.was_title, ticket.was_description) then
            ids := ids || ticket.id;
            owns := owns || search_words(ticket.title || ' ' || ticket.description);
          end if;
          continue when ticket.is_renumbered;

          before := '';
          after := '';
          if ticket.lives then
            title := ticket_title_stems(ticket.title);
            described := to_tsvector('ticket_terms', ticket_term_words(left(ticket.description, 2000)));
            after := title || described;
          end if;
          if ticket.lived then
            was_title := ticket_title_stems(ticket.was_title);
            before := was_title || case when ticket.lives and ticket.is_described_alike then described
              else to_tsvector('ticket_terms', ticket_term_words(left(ticket.was_description, 2000))) end;
          end if;
          length := ticket_length(after);

          gone := tsvector_to_array(ts_delete(before, tsvector_to_array(after)));
          gone_terms := gone_terms || gone;
          gone_numbers := gone_numbers || array_fill(ticket.number, array[cardinality(gone)]);
          if ticket.lived and length = ticket_length(before) then
            if ticket.is_described_alike and ticket_positions(title) = pg_catalog.length(title)
              and ticket_positions(was_title) = pg_catalog.length(was_title) then
              -- No word stands twice in a title, so what is in both counts as before.
              differing := tsvector_to_array(ts_delete(title, tsvector_to_array(was_title)))
                || tsvector_to_array(ts_delete(was_title, tsvector_to_array(title)));
            else
              differing := array(select term from (
                select term, weight from ticket_terms(after, length) except select term, weight from ticket_terms(before, length)
              ) as of_both);
            end if;
            after := ts_delete(after, tsvector_to_array(ts_delete(after, differing)));
          end if;
          if after <> '' then
            changed_numbers := changed_numbers || ticket.number;
            changed_stems := changed_stems || after;
            changed_lengths := changed_lengths || length;
          end if;
        end loop;
        if gone_terms <> '{}' or changed_numbers <> '{}' then
          perform ticket_terms_change(gone_terms, gone_numbers, changed_numbers, changed_stems, changed_lengths);
        end if;
        if ids <> '{}' then
          perform ticket_search_change(ids, owns);
        end if;
        return null;
      end $$;`);
    this.addSql(`create trigger ticket_texts_of_changed after update on "ticket" referencing old table as was new table as changed
      for each statement execute function keep_changed_ticket_texts();`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger ticket_texts_of_changed on "ticket";`);
    this.addSql(`drop function keep_changed_ticket_texts;`);
    this.addSql(`drop function ticket_search_change;`);
    this.addSql(`drop function ticket_terms_change;`);
    this.addSql(`drop trigger ticket_terms_of_renumbered on "ticket";`);
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
    this.addSql(`create trigger ticket_terms_of_changed after update of title, description, deleted_at, number on "ticket" for each row
      when ((old.title, old.description, old.deleted_at, old.number) is distinct from (new.title, new.description, new.deleted_at, new.number))
      execute function keep_ticket_terms();`);
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
    this.addSql(`create trigger ticket_search_on_changed after update of title, description on "ticket" for each row
      when ((old.title, old.description) is distinct from (new.title, new.description))
      execute function ticket_search_on_changed();`);
    this.addSql(`create or replace function ticket_terms(stems tsvector)
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
    this.addSql(`drop function ticket_terms(tsvector, float8);`);
    this.addSql(`drop function ticket_length;`);
    this.addSql(`drop function ticket_positions;`);
  }

}
