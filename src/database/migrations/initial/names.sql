-- Refuses a name that is taken before the unique index does: PostgreSQL's own error names it, and writes it into the server's log
-- (DETAIL: Key (email)=(…) already exists).
-- Arguments: the unique index, its column, and whether only rows that are not deleted count.
-- Two at once take turns by a lock, of which there are few: a statement may add any number of rows.
create function refuse_taken() returns trigger language plpgsql as $$
declare
  is_taken boolean;
begin
  perform pg_advisory_xact_lock(hashtext(tg_argv[0]), hashtext(lower(to_jsonb(new) ->> tg_argv[1])) & 1023);
  execute format('select exists (select from %s where %I = ($1).%I and id <> ($1).id%s)', tg_relid::regclass,
    tg_argv[1], tg_argv[1], case tg_argv[2] when 'true' then ' and deleted_at is null' else '' end)
    into is_taken using new;
  if is_taken then
    raise exception using errcode = 'unique_violation', schema = tg_table_schema, table = tg_table_name,
      constraint = tg_argv[0], message = format('duplicate key value violates unique constraint "%s"', tg_argv[0]);
  end if;
  return new;
end $$;

create trigger product_name_unique_first before insert or update of name, deleted_at on product for each row
  when (new.deleted_at is null) execute function refuse_taken('product_name_unique', 'name', 'true');
create trigger role_name_unique_first before insert or update of name, deleted_at on role for each row
  when (new.deleted_at is null) execute function refuse_taken('role_name_unique', 'name', 'true');
create trigger user_email_unique_first before insert or update of email, deleted_at on "user" for each row
  when (new.deleted_at is null) execute function refuse_taken('user_email_unique', 'email', 'true');
create trigger user_username_unique_first before insert or update of username, deleted_at on "user" for each row
  execute function refuse_taken('user_username_unique', 'username', 'false');
