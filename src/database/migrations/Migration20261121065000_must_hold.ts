import { Migration } from '@mikro-orm/migrations';

/** See docs/decisions/0080-direct-writes.md. */
export class Migration20261121065000_must_hold extends Migration {

  override name = 'Migration20261121065000_must_hold';

  override up(): void | Promise<void> {
    // Takes back a statement that wrote something before it could know that something else is not so any more.
    this.addSql(`create function must_hold(condition boolean) returns boolean language plpgsql as $$
      begin
        if condition then
          return true;
        end if;
        raise exception 'What this statement was decided on has changed' using errcode = 'serialization_failure';
      end $$;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop function must_hold;`);
  }

}
