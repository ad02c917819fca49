import { Migration } from '@mikro-orm/migrations';
import { newId } from '../../common/id.js';

const TYPES = [
  'product_type',
  'built_in_role',
  'ticket_type',
  'ticket_priority',
  'ticket_status',
  'token_kind',
  'notification_kind',
  'notification_status',
  'notification_cancel_reason',
  'ticket_event_kind',
];

export class Migration20261121031242_initial extends Migration {

  override name = 'Migration20261121031242_initial';

  override up(): void | Promise<void> {
    this.addSql(`create extension if not exists citext;`);
    this.addSql(`create type "product_type" as enum ('HEALTH_CARE', 'BANKING', 'OTHERS');`);
    this.addSql(`create type "built_in_role" as enum ('ADMIN', 'TECH', 'USER');`);
    this.addSql(`create type "ticket_type" as enum ('BUG', 'ENHANCEMENT', 'FEATURE');`);
    this.addSql(`create type "ticket_priority" as enum ('LOW', 'MEDIUM', 'HIGH', 'EMERGENCY');`);
    this.addSql(`create type "ticket_status" as enum ('OPEN', 'SELECTED_FOR_DEV', 'IN_PROGRESS', 'ON_HOLD', 'DONE', 'CLOSED');`);
    this.addSql(`create type "token_kind" as enum ('REFRESH', 'PASSWORD_RESET');`);
    this.addSql(`create type "notification_kind" as enum ('ASSIGNED', 'UPDATED', 'DIGEST');`);
    this.addSql(`create type "notification_status" as enum ('SCHEDULED', 'SENT', 'CANCELLED', 'FAILED');`);
    this.addSql(`create type "notification_cancel_reason" as enum ('REASSIGNED', 'UNASSIGNED', 'TICKET_DELETED', 'USER_DELETED', 'UNSUBSCRIBED', 'BY_STAFF');`);
    this.addSql(`create type "ticket_event_kind" as enum ('CREATED', 'CHANGED', 'COMMENTED', 'DELETED', 'RESTORED');`);
    this.addSql(`create table "product" ("id" uuid not null, "name" citext not null, "type" "product_type" not null, "owner_email" citext not null, "created_at" timestamptz(3) not null, "updated_at" timestamptz(3) null, "deleted_at" timestamptz(3) null, "version" int not null default 1, primary key ("id"));`);
    this.addSql(`create index "product_name_page" on "product" ("name", "id");`);
    this.addSql(`create unique index "product_name_unique" on "product" ("name") where deleted_at is null;`);
    this.addSql(`alter table "product" add constraint "product_name_length" check ((char_length(name) >= 3) AND (char_length(name) <= 100));`);

    this.addSql(`create table "role" ("id" uuid not null, "name" citext not null, "can_view_all" boolean not null default false, "can_edit_all" boolean not null default false, "can_delete_all" boolean not null default false, "can_manage_users" boolean not null default false, "can_manage_tickets" boolean not null default false, "can_assign_tickets" boolean not null default false, "built_in" "built_in_role" null, "created_at" timestamptz(3) not null, "deleted_at" timestamptz(3) null, primary key ("id"));`);
    this.addSql(`create unique index "role_name_unique" on "role" ("name") where deleted_at is null;`);
    this.addSql(`alter table "role" add constraint "role_built_in_unique" unique ("built_in");`);

    this.addSql(`create table "user" ("id" uuid not null, "username" citext not null, "first_name" text not null, "last_name" text null, "email" citext not null, "password_hash" text not null, "role_id" uuid not null, "may_create_tickets" boolean not null default true, "may_edit_tickets" boolean not null default true, "may_view_tickets" boolean not null default true, "may_delete_tickets" boolean not null default true, "assignment_emails" boolean not null default true, "update_emails" boolean not null default true, "digest_emails" boolean not null default true, "digest_hour" smallint null, "time_zone" text not null default 'UTC', "created_at" timestamptz(3) not null, "updated_at" timestamptz(3) null, "deleted_at" timestamptz(3) null, "version" int not null default 1, primary key ("id"));`);
    this.addSql(`create index "user_role_id" on "user" ("role_id");`);
    this.addSql(`create index "user_created_at" on "user" ("created_at", "id");`);
    this.addSql(`create unique index "user_email_unique" on "user" ("email") where deleted_at is null;`);
    this.addSql(`alter table "user" add constraint "user_username_unique" unique ("username");`);
    this.addSql(`alter table "user" add constraint "user_digest_hour_range" check ((digest_hour >= 0) AND (digest_hour <= 23));`);

    this.addSql(`create table "ticket" ("id" uuid not null, "number" serial not null, "title" text not null, "description" text not null, "details" jsonb null, "type" "ticket_type" not null default 'BUG', "priority" "ticket_priority" not null default 'MEDIUM', "status" "ticket_status" not null default 'OPEN', "product_id" uuid null, "created_by_id" uuid not null, "assigned_to_id" uuid null, "duplicate_of_id" uuid null, "created_at" timestamptz(3) not null, "updated_at" timestamptz(3) null, "closed_at" timestamptz(3) null, "deleted_at" timestamptz(3) null, "version" int not null default 1, primary key ("id"));`);
    this.addSql(`create index "ticket_by_original" on "ticket" ("duplicate_of_id") where duplicate_of_id is not null;`);
    this.addSql(`create index "ticket_by_product" on "ticket" ("product_id", "created_at", "number");`);
    this.addSql(`create index "ticket_by_assignee" on "ticket" ("assigned_to_id", "created_at", "number");`);
    this.addSql(`create index "ticket_by_creator" on "ticket" ("created_by_id", "created_at", "number");`);
    this.addSql(`create index "ticket_by_updated_at" on "ticket" (coalesce(updated_at, created_at), number) where deleted_at is null;`);
    this.addSql(`create index "ticket_by_status" on "ticket" ("status", "number") where deleted_at is null;`);
    this.addSql(`create index "ticket_by_priority" on "ticket" ("priority", "number") where deleted_at is null;`);
    this.addSql(`create index "ticket_by_created_at" on "ticket" ("created_at", "number") where deleted_at is null;`);
    this.addSql(`alter table "ticket" add constraint "ticket_number_unique" unique ("number");`);
    this.addSql(`alter table "ticket" add constraint "ticket_not_its_own_duplicate" check (duplicate_of_id <> id);`);
    this.addSql(`alter table "ticket" add constraint "ticket_description_length" check ((char_length(description) >= 1) AND (char_length(description) <= 10000));`);
    this.addSql(`alter table "ticket" add constraint "ticket_title_length" check ((char_length(title) >= 1) AND (char_length(title) <= 200));`);

    this.addSql(`create table "session" ("id" uuid not null, "user_id" uuid not null, "created_at" timestamptz(3) not null, "last_used_at" timestamptz(3) not null, "expires_at" timestamptz(3) not null, "revoked_at" timestamptz(3) null, "ip_address" text null, "user_agent" text null, primary key ("id"));`);
    this.addSql(`create index "session_user_id" on "session" ("user_id");`);

    this.addSql(`create table "token" ("id" uuid not null, "kind" "token_kind" not null, "hash" text not null, "user_id" uuid not null, "session_id" uuid null, "created_at" timestamptz(3) not null, "expires_at" timestamptz(3) not null, "used_at" timestamptz(3) null, primary key ("id"));`);
    this.addSql(`create index "token_user_id" on "token" ("user_id");`);
    this.addSql(`create index "token_session_id" on "token" ("session_id");`);
    this.addSql(`create index "token_expires_at" on "token" ("expires_at");`);
    this.addSql(`alter table "token" add constraint "token_hash_unique" unique ("hash");`);

    this.addSql(`create table "notification" ("id" uuid not null, "kind" "notification_kind" not null, "status" "notification_status" not null default 'SCHEDULED', "recipient_id" uuid not null, "ticket_id" uuid null, "actor_id" uuid null, "changes" jsonb not null, "created_at" timestamptz(3) not null, "send_at" timestamptz(3) not null, "sent_at" timestamptz(3) null, "cancelled_at" timestamptz(3) null, "cancel_reason" "notification_cancel_reason" null, "attempts" int not null default 0, "last_error" text null, "claimed_until" timestamptz(3) null, primary key ("id"));`);
    this.addSql(`create index "notification_actor_id" on "notification" ("actor_id");`);
    this.addSql(`create index "notification_by_send_at" on "notification" ("send_at", "id");`);
    this.addSql(`create index "notification_by_ticket" on "notification" ("ticket_id", "send_at", "id");`);
    this.addSql(`create index "notification_by_recipient" on "notification" ("recipient_id", "send_at", "id");`);
    this.addSql(`create index "notification_due" on "notification" ("send_at") where status = 'SCHEDULED';`);
    this.addSql(`create unique index "notification_digest_once_scheduled" on "notification" ("recipient_id") where status = 'SCHEDULED' and kind = 'DIGEST' and claimed_until is null;`);
    this.addSql(`create unique index "notification_once_scheduled" on "notification" ("kind", "recipient_id", "ticket_id") where status = 'SCHEDULED' and ticket_id is not null and claimed_until is null;`);

    this.addSql(`create table "comment" ("id" uuid not null, "content" text not null, "internal" boolean not null default false, "ticket_id" uuid not null, "author_id" uuid not null, "created_at" timestamptz(3) not null, "updated_at" timestamptz(3) null, "deleted_at" timestamptz(3) null, "version" int not null default 1, primary key ("id"));`);
    this.addSql(`create index "comment_by_created_at" on "comment" ("created_at", "id") where deleted_at is null;`);
    this.addSql(`create index "comment_by_author" on "comment" ("author_id", "created_at", "id");`);
    this.addSql(`create index "comment_by_ticket" on "comment" ("ticket_id", "created_at", "id") where deleted_at is null;`);
    this.addSql(`alter table "comment" add constraint "comment_content_length" check ((char_length(content) >= 1) AND (char_length(content) <= 10000));`);

    this.addSql(`create table "ticket_event" ("id" uuid not null, "kind" "ticket_event_kind" not null, "ticket_id" uuid not null, "actor_id" uuid null, "comment_id" uuid null, "changes" jsonb not null, "created_at" timestamptz(3) not null, primary key ("id"));`);
    this.addSql(`create index "ticket_event_actor_id" on "ticket_event" ("actor_id");`);
    this.addSql(`create index "ticket_event_comment_id" on "ticket_event" ("comment_id");`);
    this.addSql(`create index "ticket_event_by_ticket" on "ticket_event" ("ticket_id", "created_at", "id");`);

    this.addSql(`alter table "user" add constraint "user_role_id_foreign" foreign key ("role_id") references "role" ("id") on update restrict on delete restrict;`);

    this.addSql(`alter table "ticket" add constraint "ticket_product_id_foreign" foreign key ("product_id") references "product" ("id") on update restrict on delete restrict;`);
    this.addSql(`alter table "ticket" add constraint "ticket_created_by_id_foreign" foreign key ("created_by_id") references "user" ("id") on update restrict on delete restrict;`);
    this.addSql(`alter table "ticket" add constraint "ticket_assigned_to_id_foreign" foreign key ("assigned_to_id") references "user" ("id") on update restrict on delete restrict;`);
    this.addSql(`alter table "ticket" add constraint "ticket_duplicate_of_id_foreign" foreign key ("duplicate_of_id") references "ticket" ("id") on update restrict on delete restrict;`);

    this.addSql(`alter table "session" add constraint "session_user_id_foreign" foreign key ("user_id") references "user" ("id") on update restrict on delete restrict;`);

    this.addSql(`alter table "token" add constraint "token_user_id_foreign" foreign key ("user_id") references "user" ("id") on update restrict on delete restrict;`);
    this.addSql(`alter table "token" add constraint "token_session_id_foreign" foreign key ("session_id") references "session" ("id") on update restrict on delete restrict;`);

    this.addSql(`alter table "notification" add constraint "notification_recipient_id_foreign" foreign key ("recipient_id") references "user" ("id") on update restrict on delete restrict;`);
    this.addSql(`alter table "notification" add constraint "notification_ticket_id_foreign" foreign key ("ticket_id") references "ticket" ("id") on update restrict on delete restrict;`);
    this.addSql(`alter table "notification" add constraint "notification_actor_id_foreign" foreign key ("actor_id") references "user" ("id") on update restrict on delete restrict;`);

    this.addSql(`alter table "comment" add constraint "comment_ticket_id_foreign" foreign key ("ticket_id") references "ticket" ("id") on update restrict on delete restrict;`);
    this.addSql(`alter table "comment" add constraint "comment_author_id_foreign" foreign key ("author_id") references "user" ("id") on update restrict on delete restrict;`);

    this.addSql(`alter table "ticket_event" add constraint "ticket_event_ticket_id_foreign" foreign key ("ticket_id") references "ticket" ("id") on update restrict on delete restrict;`);
    this.addSql(`alter table "ticket_event" add constraint "ticket_event_actor_id_foreign" foreign key ("actor_id") references "user" ("id") on update restrict on delete restrict;`);
    this.addSql(`alter table "ticket_event" add constraint "ticket_event_comment_id_foreign" foreign key ("comment_id") references "comment" ("id") on update restrict on delete restrict;`);

    // Requirements C24.
    const columns =
      'id, name, built_in, can_view_all, can_edit_all, can_delete_all, can_manage_users, can_manage_tickets, can_assign_tickets, created_at';
    this.addSql(`insert into "role" (${columns}) values ('${newId()}', 'admin', 'ADMIN', true, true, true, true, true, true, now());`);
    this.addSql(`insert into "role" (${columns}) values ('${newId()}', 'tech', 'TECH', true, true, false, false, true, true, now());`);
    this.addSql(`insert into "role" (${columns}) values ('${newId()}', 'user', 'USER', true, false, false, false, false, false, now());`);
  }

  override down(): void | Promise<void> {
    for (const table of ['ticket_event', 'comment', 'notification', 'token', 'session', 'ticket', 'user', 'role', 'product']) {
      this.addSql(`drop table "${table}";`);
    }
    for (const type of TYPES) {
      this.addSql(`drop type "${type}";`);
    }
    // citext stays: it may serve others in the same database.
  }

}
