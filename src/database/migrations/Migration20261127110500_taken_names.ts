import { Migration } from '@mikro-orm/migrations';

/** Table, unique index, column, and whether only rows that are not deleted count. In the order in which triggers run. */
const NAMES = [
  ['product', 'product_name_unique', 'name', true],
  ['role', 'role_name_unique', 'name', true],
  ['user', 'user_email_unique', 'email', true],
  ['user', 'user_username_unique', 'username', false],
] as const;

/**
 * Refuses a name that is taken before the unique index does: PostgreSQL's own error names it, and writes it into the
 * server's log (DETAIL: Key (email)=(…) already exists).
 */
export class Migration20261127110500_taken_names extends Migration {

  override name = 'Migration20261127110500_taken_names';

  override up(): void | Promise<void> {
    // Two at once take turns by a lock, of which there are few: a statement may add any number of rows.
    this.addSql(`create function refuse_taken() returns trigger language plpgsql as $$
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
      end $$;`);
    for (const [table, index, column, isOfLiving] of NAMES) {
      this.addSql(`create trigger "${index}_first" before insert or update of "${column}", deleted_at on "${table}" for each row
        ${isOfLiving ? 'when (new.deleted_at is null)' : ''} execute function refuse_taken('${index}', '${column}', '${isOfLiving}');`);
    }
  }

  override down(): void | Promise<void> {
    for (const [table, index] of NAMES) this.addSql(`drop trigger "${index}_first" on "${table}";`);
    this.addSql(`drop function refuse_taken;`);
  }

}
