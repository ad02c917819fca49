import { Migration } from '@mikro-orm/migrations';

/**
 * The terms of each live ticket, for finding similar ones (docs/decisions/0040-similar-tickets.md). The table is kept by
 * triggers, so that imports and statements by hand keep it too; no entity stands for it.
 *
 * A ticket's old terms are found by cutting up its old text again: whoever changes `ticket_terms` must fill
 * `ticket_term` anew in the same migration.
 */
export class Migration20261121040100_similar_tickets extends Migration {

  override name = 'Migration20261121040100_similar_tickets';

  override up(): void | Promise<void> {
    this.addSql(`create extension if not exists unaccent;`);
    // weight: how much the term says of a ticket with these texts, by BM25 with k1 = 1.2 and b = 0.75, a word in the
    // title counting three times and the length of an average ticket taken to be 100 words.
    // query_weight: how much the term matters when these texts are what others are compared with.
    // Identifiers count as themselves and by their parts (HttpClient: httpclient, http, client); so do versions (2.9.10).
    this.addSql(String.raw`create function ticket_terms(title text, description text)
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
    // By number: four bytes instead of sixteen, and the newest tickets of a term are found first.
    this.addSql(`create table ticket_term (term text collate "C" not null, ticket_number integer not null, weight real not null, primary key (term, ticket_number) include (weight));`);
    this.addSql(`create function keep_ticket_terms() returns trigger language plpgsql as $$
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
    this.addSql(`create trigger ticket_terms_of_new after insert or delete on ticket for each row execute function keep_ticket_terms();`);
    this.addSql(`create trigger ticket_terms_of_all after truncate on ticket execute function keep_ticket_terms();`);
    this.addSql(`create trigger ticket_terms_of_changed after update of title, description, deleted_at, number on ticket for each row
      when ((old.title, old.description, old.deleted_at, old.number) is distinct from (new.title, new.description, new.deleted_at, new.number))
      execute function keep_ticket_terms();`);
    this.addSql(`insert into ticket_term (term, ticket_number, weight)
      select s.term, t.number, s.weight from ticket t, ticket_terms(t.title, t.description) s where t.deleted_at is null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger ticket_terms_of_changed on ticket;`);
    this.addSql(`drop trigger ticket_terms_of_all on ticket;`);
    this.addSql(`drop trigger ticket_terms_of_new on ticket;`);
    this.addSql(`drop function keep_ticket_terms();`);
    this.addSql(`drop table ticket_term;`);
    this.addSql(`drop function ticket_terms(text, text);`);
    // unaccent stays: it may serve others in the same database.
  }

}
