import { Migration } from '@mikro-orm/migrations';

const SETTINGS = ['reply_emails', 'mention_emails', 'queue_emails'];

/** Values that PostgreSQL cannot take from an enum again: `down` makes the enums anew. */
const NEW_KINDS = ['REPLIED', 'NEW_UNASSIGNED', 'MENTIONED'];
const OLD_KINDS = ['ASSIGNED', 'UPDATED', 'DIGEST'];
const NEW_CANCEL_REASONS = ['NOT_VISIBLE', 'ASSIGNED', 'MERGED', 'RETRACTED'];
const OLD_CANCEL_REASONS = [
  'REASSIGNED',
  'UNASSIGNED',
  'TICKET_DELETED',
  'USER_DELETED',
  'UNSUBSCRIBED',
  'BY_STAFF',
  'EMAIL_UNCONFIRMED',
];

function list(values: readonly string[]): string {
  return values.map((value) => `'${value}'`).join(', ');
}

/** Watching and mentions, and mails about comments, mentions and new tickets without an assignee. */
export class Migration20261127140000_who_hears extends Migration {

  override name = 'Migration20261127140000_who_hears';

  override up(): void {
    for (const kind of NEW_KINDS) this.addSql(`alter type notification_kind add value '${kind}'`);
    for (const reason of NEW_CANCEL_REASONS) this.addSql(`alter type notification_cancel_reason add value '${reason}'`);
    // The order decides which of several reasons a mail names.
    this.addSql(`create type notification_reason as enum
      ('MENTIONED', 'ASSIGNEE', 'CREATOR', 'WATCHER', 'COMMENTER', 'PRODUCT_OWNER', 'QUEUE')`);
    this.addSql(`alter table notification add column reason notification_reason, add column merged_into uuid`);
    this.addSql(`create index notification_waiting on notification (ticket_id, recipient_id) where status = 'SCHEDULED'`);
    for (const setting of SETTINGS) this.addSql(`alter table "user" add column ${setting} boolean not null default true`);

    this.addSql(`create type watch_state as enum ('WATCHING', 'IGNORED')`);
    this.addSql(`create table ticket_watch (
      ticket_id uuid not null,
      user_id uuid not null,
      state watch_state not null,
      created_at timestamptz(3) not null,
      primary key (ticket_id, user_id),
      constraint ticket_watch_ticket_id_foreign foreign key (ticket_id) references ticket (id) on update restrict on delete restrict,
      constraint ticket_watch_user_id_foreign foreign key (user_id) references "user" (id) on update restrict on delete restrict
    )`);
    this.addSql(`create index ticket_watch_by_user on ticket_watch (user_id, ticket_id)`);

    this.addSql(`create table ticket_mention (
      id uuid not null primary key,
      ticket_id uuid not null,
      comment_id uuid,
      user_id uuid not null,
      created_at timestamptz(3) not null,
      constraint ticket_mention_ticket_id_foreign foreign key (ticket_id) references ticket (id) on update restrict on delete restrict,
      constraint ticket_mention_comment_id_foreign foreign key (comment_id) references comment (id) on update restrict on delete restrict,
      constraint ticket_mention_user_id_foreign foreign key (user_id) references "user" (id) on update restrict on delete restrict
    )`);
    this.addSql(`create index ticket_mention_by_ticket on ticket_mention (ticket_id, user_id)`);
    this.addSql(`create index ticket_mention_by_user on ticket_mention (user_id)`);
    this.addSql(`create unique index ticket_mention_in_ticket on ticket_mention (ticket_id, user_id) where comment_id is null`);
    this.addSql(`create unique index ticket_mention_in_comment on ticket_mention (comment_id, user_id)`);
  }

  override down(): void {
    this.addSql(`drop table ticket_mention`);
    this.addSql(`drop table ticket_watch`);
    this.addSql(`drop type watch_state`);
    for (const setting of SETTINGS) this.addSql(`alter table "user" drop column ${setting}`);
    this.addSql(`drop index notification_waiting`);
    this.addSql(`alter table notification drop column reason, drop column merged_into`);
    this.addSql(`drop type notification_reason`);

    this.addSql(`delete from notification where kind in (${list(NEW_KINDS)})`);
    this.addSql(`update notification set cancel_reason = null where cancel_reason in (${list(NEW_CANCEL_REASONS)})`);
    this.addSql(`drop index notification_digest_once_scheduled`);
    for (const [type, column, values] of [
      ['notification_kind', 'kind', OLD_KINDS],
      ['notification_cancel_reason', 'cancel_reason', OLD_CANCEL_REASONS],
    ] as const) {
      this.addSql(`alter type ${type} rename to ${type}_replaced`);
      this.addSql(`create type ${type} as enum (${list(values)})`);
      this.addSql(`alter table notification alter column ${column} type ${type} using ${column}::text::${type}`);
      this.addSql(`drop type ${type}_replaced`);
    }
    this.addSql(`create unique index notification_digest_once_scheduled on notification (recipient_id)
      where status = 'SCHEDULED' and kind = 'DIGEST' and claimed_until is null`);
  }

}
