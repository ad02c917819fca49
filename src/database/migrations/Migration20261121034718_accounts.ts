import { Migration } from '@mikro-orm/migrations';

export class Migration20261121034718_accounts extends Migration {

  override name = 'Migration20261121034718_accounts';

  override up(): void | Promise<void> {
    this.addSql(`create table "password_reset_request" ("id" uuid not null, "email" citext not null, "created_at" timestamptz(3) not null, "handled_at" timestamptz(3) null, primary key ("id"));`);
    this.addSql(`create index "password_reset_request_by_email" on "password_reset_request" ("email", "created_at");`);
    this.addSql(`create index "password_reset_request_waiting" on "password_reset_request" ("created_at") where handled_at is null;`);

    this.addSql(`create table "sign_in_throttle" ("key" text not null, "attempts" timestamptz(3)[] not null, primary key ("key"));`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "password_reset_request" cascade;`);
    this.addSql(`drop table if exists "sign_in_throttle" cascade;`);
  }

}
