create type product_type as enum ('HEALTH_CARE', 'BANKING', 'OTHERS');
create type built_in_role as enum ('ADMIN', 'TECH', 'USER');
create type ticket_type as enum ('BUG', 'ENHANCEMENT', 'FEATURE');
create type ticket_priority as enum ('LOW', 'MEDIUM', 'HIGH', 'EMERGENCY');
create type ticket_status as enum ('OPEN', 'SELECTED_FOR_DEV', 'IN_PROGRESS', 'ON_HOLD', 'DONE', 'CLOSED');
create type ticket_event_kind as enum ('CREATED', 'CHANGED', 'COMMENTED', 'DELETED', 'RESTORED');
create type token_kind as enum ('REFRESH', 'PASSWORD_RESET', 'EMAIL_CONFIRMATION');
create type account_mail_kind as enum ('CONFIRM_EMAIL', 'EMAIL_CHANGE_REQUESTED', 'EMAIL_CHANGED');
create type notification_kind as enum ('ASSIGNED', 'UPDATED', 'DIGEST');
create type notification_status as enum ('SCHEDULED', 'SENT', 'CANCELLED', 'FAILED');
create type notification_cancel_reason as enum ('REASSIGNED', 'UNASSIGNED', 'TICKET_DELETED', 'USER_DELETED', 'UNSUBSCRIBED', 'BY_STAFF', 'EMAIL_UNCONFIRMED');

-- Accounts

create table role (
  id uuid not null primary key,
  name citext not null,
  can_view_all boolean not null default false,
  can_edit_all boolean not null default false,
  can_delete_all boolean not null default false,
  can_manage_users boolean not null default false,
  can_manage_tickets boolean not null default false,
  can_assign_tickets boolean not null default false,
  built_in built_in_role,
  created_at timestamptz(3) not null,
  deleted_at timestamptz(3)
);
create unique index role_name_unique on role (name) where deleted_at is null;
alter table role add constraint role_built_in_unique unique (built_in);

create table "user" (
  id uuid not null primary key,
  username citext not null,
  first_name text not null,
  last_name text,
  email citext not null,
  password_hash text not null,
  role_id uuid not null,
  may_create_tickets boolean not null default true,
  may_edit_tickets boolean not null default true,
  may_view_tickets boolean not null default true,
  may_delete_tickets boolean not null default true,
  assignment_emails boolean not null default true,
  update_emails boolean not null default true,
  digest_emails boolean not null default true,
  digest_hour smallint,
  time_zone text not null default 'UTC',
  created_at timestamptz(3) not null,
  updated_at timestamptz(3),
  deleted_at timestamptz(3),
  version int not null default 1,
  email_confirmed boolean not null default true,
  pending_email citext,
  constraint user_digest_hour_range check (digest_hour >= 0 and digest_hour <= 23),
  constraint user_role_id_foreign foreign key (role_id) references role (id) on update restrict on delete restrict
);
create index user_role_id on "user" (role_id);
create index user_created_at on "user" (created_at, id);
create unique index user_email_unique on "user" (email) where deleted_at is null;
alter table "user" add constraint user_username_unique unique (username);
-- Names sort by Unicode's default order, whatever the order of the database is.
create index user_by_username on "user" ((username::text collate "und-x-icu"), id);
create index user_by_name on "user" (((first_name || coalesce(' ' || last_name, ''))::text collate "und-x-icu"), id);

create table session (
  id uuid not null primary key,
  user_id uuid not null,
  created_at timestamptz(3) not null,
  last_used_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  revoked_at timestamptz(3),
  ip_address text,
  user_agent text,
  constraint session_user_id_foreign foreign key (user_id) references "user" (id) on update restrict on delete restrict
);
create index session_user_id on session (user_id);

create table token (
  id uuid not null primary key,
  kind token_kind not null,
  hash text not null,
  user_id uuid not null,
  session_id uuid,
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  used_at timestamptz(3),
  generation uuid,
  email citext,
  constraint token_user_id_foreign foreign key (user_id) references "user" (id) on update restrict on delete restrict,
  constraint token_session_id_foreign foreign key (session_id) references session (id) on update restrict on delete restrict
);
create index token_user_id on token (user_id);
alter table token add constraint token_hash_unique unique (hash);
-- A session that is refreshed every ten minutes has 4,320 tokens after thirty days: a refresh counts those of one generation, and
-- the clean-up looks for links that have expired.
create index token_by_session on token (session_id, generation);
create index token_link_expires_at on token (expires_at) where kind <> 'REFRESH';

create table password_reset_request (
  id uuid not null primary key,
  email citext not null,
  created_at timestamptz(3) not null,
  handled_at timestamptz(3),
  -- What a mail needs to be part of the trace of what caused it; as in account_mail and notification.
  traceparent text
);
create index password_reset_request_by_email on password_reset_request (email, created_at);
create index password_reset_request_waiting on password_reset_request (created_at) where handled_at is null;

create table account_mail (
  id uuid not null primary key,
  kind account_mail_kind not null,
  user_id uuid not null,
  email citext not null,
  new_email citext,
  traceparent text,
  created_at timestamptz(3) not null,
  handled_at timestamptz(3),
  constraint account_mail_user_id_foreign foreign key (user_id) references "user" (id) on update restrict on delete restrict
);
create index account_mail_user_id on account_mail (user_id);
create index account_mail_by_email on account_mail (email, created_at);
create index account_mail_waiting on account_mail (created_at) where handled_at is null;

create table sign_in_throttle (
  key text not null primary key,
  attempts timestamptz(3)[] not null
);

-- Products and tickets

create table product (
  id uuid not null primary key,
  name citext not null,
  type product_type not null,
  owner_email citext not null,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3),
  deleted_at timestamptz(3),
  version int not null default 1,
  constraint product_name_length check (char_length(name) >= 3 and char_length(name) <= 100)
);
create unique index product_name_unique on product (name) where deleted_at is null;
create index product_by_name on product ((name::text collate "und-x-icu"), id);

create table ticket (
  id uuid not null primary key,
  number serial not null,
  title text not null,
  description text not null,
  details jsonb,
  type ticket_type not null default 'BUG',
  priority ticket_priority not null default 'MEDIUM',
  status ticket_status not null default 'OPEN',
  product_id uuid,
  created_by_id uuid not null,
  assigned_to_id uuid,
  duplicate_of_id uuid,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3),
  closed_at timestamptz(3),
  deleted_at timestamptz(3),
  version int not null default 1,
  constraint ticket_title_length check (char_length(title) >= 1 and char_length(title) <= 200),
  constraint ticket_description_length check (char_length(description) >= 1 and char_length(description) <= 10000),
  constraint ticket_not_its_own_duplicate check (duplicate_of_id <> id),
  constraint ticket_product_id_foreign foreign key (product_id) references product (id) on update restrict on delete restrict,
  constraint ticket_created_by_id_foreign foreign key (created_by_id) references "user" (id) on update restrict on delete restrict,
  constraint ticket_assigned_to_id_foreign foreign key (assigned_to_id) references "user" (id) on update restrict on delete restrict,
  constraint ticket_duplicate_of_id_foreign foreign key (duplicate_of_id) references ticket (id) on update restrict on delete restrict
) with (
  -- Starting processes for one request costs more CPU than they save time.
  parallel_workers = 0
);
create index ticket_by_original on ticket (duplicate_of_id) where duplicate_of_id is not null;
create index ticket_by_assignee on ticket (assigned_to_id, created_at, number);
create index ticket_by_creator on ticket (created_by_id, created_at, number);
create index ticket_by_updated_at on ticket (coalesce(updated_at, created_at), number) where deleted_at is null;
create index ticket_by_status on ticket (status, number) where deleted_at is null;
create index ticket_by_priority on ticket (priority, number) where deleted_at is null;
create index ticket_by_created_at on ticket (created_at, number) where deleted_at is null;
alter table ticket add constraint ticket_number_unique unique (number);
create index ticket_deleted on ticket (created_at, number) where deleted_at is not null;
-- Insights
create index ticket_tally on ticket (status, type, product_id, assigned_to_id) where deleted_at is null;
create index ticket_by_closed_at on ticket (closed_at) include (created_at, assigned_to_id, product_id)
  where closed_at is not null and deleted_at is null;
-- What lists are filtered by is read from the index, and rows only when they fit (bench/results.md, "Filtered pages and insights").
create index ticket_by_product on ticket (product_id, created_at, number) include (status, priority, type, assigned_to_id)
  where deleted_at is null;
create index ticket_active on ticket (assigned_to_id) include (priority, status, product_id, created_at, updated_at)
  where status in ('OPEN', 'SELECTED_FOR_DEV', 'IN_PROGRESS', 'ON_HOLD') and deleted_at is null;

create table comment (
  id uuid not null primary key,
  content text not null,
  internal boolean not null default false,
  ticket_id uuid not null,
  author_id uuid not null,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3),
  deleted_at timestamptz(3),
  version int not null default 1,
  words tsvector generated always as (comment_words(content)) stored,
  constraint comment_content_length check (char_length(content) >= 1 and char_length(content) <= 10000),
  constraint comment_ticket_id_foreign foreign key (ticket_id) references ticket (id) on update restrict on delete restrict,
  constraint comment_author_id_foreign foreign key (author_id) references "user" (id) on update restrict on delete restrict
);
create index comment_by_created_at on comment (created_at, id) where deleted_at is null;
create index comment_by_author on comment (author_id, created_at, id);
create index comment_by_ticket on comment (ticket_id, created_at, id) where deleted_at is null;

create table ticket_event (
  id uuid not null primary key,
  kind ticket_event_kind not null,
  ticket_id uuid not null,
  actor_id uuid,
  comment_id uuid,
  changes jsonb not null,
  created_at timestamptz(3) not null,
  constraint ticket_event_ticket_id_foreign foreign key (ticket_id) references ticket (id) on update restrict on delete restrict,
  constraint ticket_event_actor_id_foreign foreign key (actor_id) references "user" (id) on update restrict on delete restrict,
  constraint ticket_event_comment_id_foreign foreign key (comment_id) references comment (id) on update restrict on delete restrict
);
create index ticket_event_actor_id on ticket_event (actor_id);
create index ticket_event_comment_id on ticket_event (comment_id);
create index ticket_event_by_ticket on ticket_event (ticket_id, created_at, id);

-- Mails

create table notification (
  id uuid not null primary key,
  kind notification_kind not null,
  status notification_status not null default 'SCHEDULED',
  recipient_id uuid not null,
  ticket_id uuid,
  actor_id uuid,
  changes jsonb not null,
  created_at timestamptz(3) not null,
  send_at timestamptz(3) not null,
  sent_at timestamptz(3),
  cancelled_at timestamptz(3),
  cancel_reason notification_cancel_reason,
  attempts int not null default 0,
  last_error text,
  claimed_until timestamptz(3),
  -- When a refused mail is tried again, apart from when it was due.
  retry_at timestamptz(3),
  traceparents text[],
  -- Mails that were told together.
  told_with uuid,
  -- Until when a digest tells what was closed; those sent before it was kept have only the time of sending.
  told_until timestamptz(3),
  constraint notification_recipient_id_foreign foreign key (recipient_id) references "user" (id) on update restrict on delete restrict,
  constraint notification_ticket_id_foreign foreign key (ticket_id) references ticket (id) on update restrict on delete restrict,
  constraint notification_actor_id_foreign foreign key (actor_id) references "user" (id) on update restrict on delete restrict
);
create index notification_by_send_at on notification (send_at, id);
create index notification_by_ticket on notification (ticket_id, send_at, id);
create index notification_by_recipient on notification (recipient_id, send_at, id);
create index notification_due on notification (send_at) where status = 'SCHEDULED';
create unique index notification_digest_once_scheduled on notification (recipient_id)
  where status = 'SCHEDULED' and kind = 'DIGEST' and claimed_until is null;
create unique index notification_once_scheduled on notification (kind, recipient_id, ticket_id)
  where status = 'SCHEDULED' and ticket_id is not null and claimed_until is null;
-- Counts how many mails an author caused to somebody.
create index notification_by_actor on notification (actor_id, recipient_id, sent_at);

-- Words and stems, kept by triggers so that imports and statements by hand keep them too; no entity stands for these tables.
-- See docs/decisions/0030-search.md and 0040-similar-tickets.md.

-- Without foreign keys, which would be a quarter of what a new ticket's words cost: triggers remove and renumber the rows.
create table ticket_search (
  ticket_number int not null primary key,
  created_at timestamptz(3) not null,
  words tsvector not null
) with (
  -- Rows stay whole: taking them out of a table beside would be most of a search's time.
  toast_tuple_target = 8160
);
create table ticket_stem (
  ticket_number int not null primary key,
  stems tsvector not null
) with (toast_tuple_target = 8160);

-- The words that texts hold, for misspelt ones to be compared with. Not unique, so that nobody waits for another transaction that
-- learns the same word: it is there twice then.
create table search_word (word text collate "C" not null);
-- A write leaves its words here, without looking for those that are known.
create table search_waiting (words tsvector not null);

-- So many of the most frequent words are known as ten times this.
alter table ticket_search alter words set statistics 300;
alter table ticket_stem alter stems set statistics 300;
alter table comment alter words set statistics 300;

-- New entries wait beside an index until SearchUpkeep puts them in, each second; a write does so itself only beyond four megabytes,
-- which is PostgreSQL's default.
create index ticket_search_by_words on ticket_search using gin (words);
create index ticket_stem_by_stems on ticket_stem using gin (stems);
create index comment_by_words on comment using gin (words);
create index search_word_by_word on search_word (word);
create index search_word_by_slips on search_word using gin (search_slips(word));
