import { Migration } from '@mikro-orm/migrations';

/** What a mail needs to be part of the trace of what caused it. */
export class Migration20261121070000_traces extends Migration {

  override name = 'Migration20261121070000_traces';

  override up(): void | Promise<void> {
    this.addSql(`alter table "notification" add column "traceparents" text[] null;`);
    this.addSql(`alter table "password_reset_request" add column "traceparent" text null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "notification" drop column "traceparents";`);
    this.addSql(`alter table "password_reset_request" drop column "traceparent";`);
  }

}
