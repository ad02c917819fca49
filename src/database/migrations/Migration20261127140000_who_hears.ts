import { Migration } from '@mikro-orm/migrations';

const SETTINGS = ['reply_emails', 'mention_emails', 'queue_emails'];

/** Enums that get values, and their columns of the table of notifications. */
const KIND = {
  type: 'notification_kind',
  column: 'kind',
  old: ['ASSIGNED', 'UPDATED', 'DIGEST'],
  added: ['REPLIED', 'NEW_UNASSIGNED', 'MENTIONED'],
};
const CANCEL_REASON = {
  type: 'notification_cancel_reason',
  column: 'cancel_reason',
  old: [
    'REASSIGNED',
    'UNASSIGNED',
    'TICKET_DELETED',
    'USER_DELETED',
    'UNSUBSCRIBED',
    'BY_STAFF',
    'EMAIL_UNCONFIRMED',
  ],
  added: ['NOT_VISIBLE', 'ASSIGNED', 'MERGED', 'RETRACTED'],
};

function list(values: readonly string[]): string {
  return values.map((value) => `'${value}'`).join(', ');
}

/** Watching and mentions, and mails about comments, mentions and new tickets without an assignee. */
export class Migration20261127140000_who_hears extends Migration {

  override name = 'Migration20261127140000_who_hears';

  override async up(): Promise<void> {
    const rows = await this.execute('select from notification limit 1');
    if (rows.length > 0) this.#addValues();
    // A value that is added cannot be used in the same transaction, and a restored backup does so.
    else this.#replaceEnums(({ old, added }) => [...old, ...added]);
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

    // PostgreSQL takes no value from an enum.
    this.addSql(`delete from notification where kind in (${list(KIND.added)})`);
    this.addSql(`update notification set cancel_reason = null where cancel_reason in (${list(CANCEL_REASON.added)})`);
    this.#replaceEnums(({ old }) => old);
  }

  /** Does not rewrite the table. */
  #addValues(): void {
    for (const { type, added } of [KIND, CANCEL_REASON]) {
      for (const value of added) this.addSql(`alter type ${type} add value '${value}'`);
    }
  }

  #replaceEnums(valuesOf: (changed: typeof KIND) => readonly string[]): void {
    this.addSql('drop index notification_digest_once_scheduled');
    for (const changed of [KIND, CANCEL_REASON]) {
      const { type, column } = changed;
      this.addSql(`alter type ${type} rename to ${type}_replaced`);
      this.addSql(`create type ${type} as enum (${list(valuesOf(changed))})`);
      this.addSql(`alter table notification alter column ${column} type ${type} using ${column}::text::${type}`);
      this.addSql(`drop type ${type}_replaced`);
    }
    this.addSql(`create unique index notification_digest_once_scheduled on notification (recipient_id)
      where status = 'SCHEDULED' and kind = 'DIGEST' and claimed_until is null`);
  }

}
