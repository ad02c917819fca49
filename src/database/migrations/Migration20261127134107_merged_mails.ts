import { Migration } from '@mikro-orm/migrations';

/** Mails that were told together, and what counts how many mails an author caused to somebody. */
export class Migration20261127134107_merged_mails extends Migration {

  override name = 'Migration20261127134107_merged_mails';

  override up(): void | Promise<void> {
    this.addSql(`alter table "notification" add column "told_with" uuid null;`);
    this.addSql(`drop index "notification_actor_id";`);
    this.addSql(`create index "notification_by_actor" on "notification" ("actor_id", "recipient_id", "sent_at");`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "notification_by_actor";`);
    this.addSql(`create index "notification_actor_id" on "notification" ("actor_id");`);
    this.addSql(`alter table "notification" drop column "told_with";`);
  }

}
