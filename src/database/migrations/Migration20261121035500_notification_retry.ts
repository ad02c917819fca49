import { Migration } from '@mikro-orm/migrations';

/** When a refused mail is tried again, apart from when it was due. */
export class Migration20261121035500_notification_retry extends Migration {

  override name = 'Migration20261121035500_notification_retry';

  override up(): void | Promise<void> {
    this.addSql(`alter table "notification" add column "retry_at" timestamptz(3) null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "notification" drop column "retry_at";`);
  }

}
