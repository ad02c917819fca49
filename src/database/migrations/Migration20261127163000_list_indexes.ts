import { Migration } from '@mikro-orm/migrations';

/** See bench/results.md, "Filtered pages and insights". */
export class Migration20261127163000_list_indexes extends Migration {

  override name = 'Migration20261127163000_list_indexes';

  override up(): void | Promise<void> {
    this.addSql(`set local statement_timeout = 0;`);
    // What lists are filtered by is read from the index, and rows only when they fit.
    this.addSql(`drop index "ticket_by_product";`);
    this.addSql(`create index "ticket_by_product" on "ticket" ("product_id", "created_at", "number") include ("status", "priority", "type", "assigned_to_id") where deleted_at is null;`);
    this.addSql(`create index "ticket_active" on "ticket" ("assigned_to_id") include ("priority", "status", "product_id", "created_at", "updated_at") where status in ('OPEN', 'SELECTED_FOR_DEV', 'IN_PROGRESS', 'ON_HOLD') and deleted_at is null;`);
    // Starting processes for one request costs more CPU than they save time.
    this.addSql(`alter table "ticket" set (parallel_workers = 0);`);
  }

  override down(): void | Promise<void> {
    this.addSql(`set local statement_timeout = 0;`);
    this.addSql(`alter table "ticket" reset (parallel_workers);`);
    this.addSql(`drop index "ticket_active";`);
    this.addSql(`drop index "ticket_by_product";`);
    this.addSql(`create index "ticket_by_product" on "ticket" ("product_id", "created_at", "number");`);
  }

}
