import { Migration } from '@mikro-orm/migrations';

/** Until when a digest tells what was closed; those sent before it was kept have only the time of sending. */
export class Migration20261127152200_digest_told_until extends Migration {

  override name = 'Migration20261127152200_digest_told_until';

  override up(): void | Promise<void> {
    this.addSql(`alter table "notification" add column "told_until" timestamptz(3) null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "notification" drop column "told_until";`);
  }

}
