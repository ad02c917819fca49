import { Migration } from '@mikro-orm/migrations';

// As in initial/search.sql, but for the lock.
const functions = (hasLock: boolean) => `
create or replace function keep_ticket_words(wanted uuid) returns void
language plpgsql set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
begin${hasLock ? '\n  perform from ticket where id = wanted for no key update;' : ''}
  perform from ticket_search s join ticket t on t.number = s.ticket_number where t.id = wanted for no key update of s;
  update ticket_search s set created_at = t.created_at, words = ticket_search_words(t.id)
    from ticket t where t.id = wanted and s.ticket_number = t.number;
end $$;

create or replace function keep_comment_words() returns trigger
language plpgsql set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
begin
  if tg_op = 'INSERT' and new.deleted_at is null then${hasLock ? '\n    perform from ticket where id = new.ticket_id for no key update;' : ''}
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
`;

/** Comments lock their ticket before its words, so that they and changes of the ticket do not deadlock. */
export class Migration20261127170000_comment_locks extends Migration {

  override name = 'Migration20261127170000_comment_locks';

  override up(): void {
    this.addSql(functions(true));
  }

  override down(): void {
    this.addSql(functions(false));
  }

}
