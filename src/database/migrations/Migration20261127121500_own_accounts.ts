import { Migration } from '@mikro-orm/migrations';

/** Addresses that are proven, and refresh tokens that may be used again for a moment. Accounts so far count as confirmed. */
export class Migration20261127121500_own_accounts extends Migration {

  override name = 'Migration20261127121500_own_accounts';

  override up(): void | Promise<void> {
    this.addSql(`alter table "user" add column "email_confirmed" boolean not null default true, add column "pending_email" citext null;`);

    this.addSql(`alter type "token_kind" add value 'EMAIL_CONFIRMATION';`);
    this.addSql(`alter table "token" add column "generation" uuid null, add column "email" citext null;`);

    this.addSql(`alter type "notification_cancel_reason" add value 'EMAIL_UNCONFIRMED';`);

    this.addSql(`create type "account_mail_kind" as enum ('CONFIRM_EMAIL', 'EMAIL_CHANGE_REQUESTED', 'EMAIL_CHANGED');`);
    this.addSql(`create table "account_mail" ("id" uuid not null, "kind" "account_mail_kind" not null, "user_id" uuid not null, "email" citext not null, "new_email" citext null, "traceparent" text null, "created_at" timestamptz(3) not null, "handled_at" timestamptz(3) null, primary key ("id"));`);
    this.addSql(`create index "account_mail_user_id" on "account_mail" ("user_id");`);
    this.addSql(`create index "account_mail_by_email" on "account_mail" ("email", "created_at");`);
    this.addSql(`create index "account_mail_waiting" on "account_mail" ("created_at") where handled_at is null;`);
    this.addSql(`alter table "account_mail" add constraint "account_mail_user_id_foreign" foreign key ("user_id") references "user" ("id") on update restrict on delete restrict;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table "account_mail";`);
    this.addSql(`drop type "account_mail_kind";`);

    // PostgreSQL takes no value out of an enum. The version before knows no such links, and told no such reason.
    this.addSql(`delete from "token" where "kind"::text = 'EMAIL_CONFIRMATION';`);
    this.addSql(`alter table "token" drop column "generation", drop column "email";`);
    this.addSql(`alter type "token_kind" rename to "token_kind_before";`);
    this.addSql(`create type "token_kind" as enum ('REFRESH', 'PASSWORD_RESET');`);
    this.addSql(`alter table "token" alter column "kind" type "token_kind" using "kind"::text::"token_kind";`);
    this.addSql(`drop type "token_kind_before";`);

    this.addSql(`alter type "notification_cancel_reason" rename to "notification_cancel_reason_before";`);
    this.addSql(`create type "notification_cancel_reason" as enum ('REASSIGNED', 'UNASSIGNED', 'TICKET_DELETED', 'USER_DELETED', 'UNSUBSCRIBED', 'BY_STAFF');`);
    this.addSql(`alter table "notification" alter column "cancel_reason" type "notification_cancel_reason" using nullif("cancel_reason"::text, 'EMAIL_UNCONFIRMED')::"notification_cancel_reason";`);
    this.addSql(`drop type "notification_cancel_reason_before";`);

    this.addSql(`alter table "user" drop column "email_confirmed", drop column "pending_email";`);
  }

}
