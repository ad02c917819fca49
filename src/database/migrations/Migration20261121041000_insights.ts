import { Migration } from '@mikro-orm/migrations';

export class Migration20261121041000_insights extends Migration {

  override name = 'Migration20261121041000_insights';

  override up(): void | Promise<void> {
    this.addSql(`create index "ticket_tally" on "ticket" ("status", "type", "product_id", "assigned_to_id") where deleted_at is null;`);
    this.addSql(`create index "ticket_by_closed_at" on "ticket" ("closed_at") include ("created_at", "assigned_to_id", "product_id") where closed_at is not null and deleted_at is null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "ticket_by_closed_at";`);
    this.addSql(`drop index "ticket_tally";`);
  }

}
