import { Migration } from '@mikro-orm/migrations';

const ACTIVE = "status in ('OPEN', 'SELECTED_FOR_DEV', 'IN_PROGRESS', 'ON_HOLD') and deleted_at is null";

/** The indexes that lists of many orders and the count of stale tickets need to hold more columns than before. */
const INDEXES = [
  {
    name: 'ticket_by_priority',
    on: '(priority, number)',
    include: 'status, created_at, updated_at, last_activity_at, last_internal_activity_at',
    before: '',
    where: 'deleted_at is null',
  },
  {
    name: 'ticket_by_status',
    on: '(status, number)',
    include: 'priority, created_at, updated_at, last_activity_at, last_internal_activity_at',
    before: '',
    where: 'deleted_at is null',
  },
  {
    name: 'ticket_active',
    on: '(assigned_to_id)',
    include:
      'priority, status, product_id, created_at, updated_at, last_activity_at, last_internal_activity_at',
    before: 'include (priority, status, product_id, created_at, updated_at)',
    where: ACTIVE,
  },
];

/** Live comments of each ticket, and when the newest was written. */
const FACTS = `count(*) filter (where not internal) as comments, count(*) filter (where internal) as internal_comments,
  max(created_at) filter (where not internal) as last_at, max(created_at) filter (where internal) as last_internal_at`;

/**
 * How many comments a ticket has, and when something last happened to it, each without and with its internal comments.
 * Kept by triggers on `comment`, so that imports and statements by hand keep them too.
 */
export class Migration20261127143000_activity extends Migration {

  override name = 'Migration20261127143000_activity';

  override up(): void {
    this.addSql(`alter table ticket
      add column comment_count int not null default 0,
      add column internal_comment_count int not null default 0,
      add column last_comment_at timestamptz(3),
      add column last_internal_comment_at timestamptz(3)`);
    for (const { name } of INDEXES) this.addSql(`drop index ${name}`);
    this.addSql(`update ticket t
      set comment_count = c.comments, internal_comment_count = c.internal_comments,
        last_comment_at = c.last_at, last_internal_comment_at = c.last_internal_at
      from (select ticket_id, ${FACTS} from comment where deleted_at is null group by ticket_id) c
      where c.ticket_id = t.id`);
    // A deleted ticket hides its comments.
    const commented = (columns: string) =>
      `timestamptz(3) not null generated always as (greatest(created_at, updated_at, case when deleted_at is null then ${columns} end)) stored`;
    this.addSql(`alter table ticket
      add column last_activity_at ${commented('last_comment_at')},
      add column last_internal_activity_at ${commented('greatest(last_comment_at, last_internal_comment_at)')}`);
    for (const { name, on, include, where } of INDEXES) {
      this.addSql(`create index ${name} on ticket ${on} include (${include}) where ${where}`);
    }
    for (const [name, column] of [
      ['ticket_by_activity', 'last_activity_at'],
      ['ticket_by_internal_activity', 'last_internal_activity_at'],
    ]) {
      this.addSql(`create index ${name} on ticket (${column}, number) where deleted_at is null`);
    }
    this.addSql(TRIGGERS);
  }

  override down(): void {
    this.addSql(`drop trigger count_new_comments on comment; drop trigger count_changed_comment on comment;
      drop trigger count_removed_comment on comment; drop function count_new_comments; drop function count_comments_again;
      drop function count_comments`);
    this.addSql(`alter table ticket drop column last_activity_at, drop column last_internal_activity_at,
      drop column comment_count, drop column internal_comment_count, drop column last_comment_at,
      drop column last_internal_comment_at`);
    for (const { name, on, before, where } of INDEXES) {
      this.addSql(`create index ${name} on ticket ${on} ${before} where ${where}`);
    }
  }

}

// As those that keep words (initial/search.sql): planned by indexes, whatever PostgreSQL knows of the tables.
const PLANNED = 'set enable_seqscan = off set plan_cache_mode = force_generic_plan';

const TRIGGERS = `
create function count_new_comments() returns trigger language plpgsql ${PLANNED} as $$
begin
  update ticket t set
    comment_count = t.comment_count + n.comments, internal_comment_count = t.internal_comment_count + n.internal_comments,
    last_comment_at = greatest(t.last_comment_at, n.last_at),
    last_internal_comment_at = greatest(t.last_internal_comment_at, n.last_internal_at)
  from (select ticket_id, ${FACTS} from written where deleted_at is null group by ticket_id) n
  where t.id = n.ticket_id;
  return null;
end $$;
create trigger count_new_comments after insert on comment referencing new table as written
  for each statement execute function count_new_comments();

-- Locked first: the statement after it then sees what others had written before they let go of the row.
create function count_comments(wanted uuid) returns void language plpgsql ${PLANNED} as $$
begin
  perform from ticket where id = wanted for no key update;
  update ticket t set comment_count = c.comments, internal_comment_count = c.internal_comments,
    last_comment_at = c.last_at, last_internal_comment_at = c.last_internal_at
  from (select ${FACTS} from comment where ticket_id = wanted and deleted_at is null) c
  where t.id = wanted;
end $$;

create function count_comments_again() returns trigger language plpgsql as $$
begin
  perform count_comments(old.ticket_id);
  if tg_op = 'UPDATE' and new.ticket_id <> old.ticket_id then perform count_comments(new.ticket_id); end if;
  return null;
end $$;
create trigger count_changed_comment after update on comment for each row
  when ((old.ticket_id, old.internal, old.created_at, old.deleted_at)
    is distinct from (new.ticket_id, new.internal, new.created_at, new.deleted_at))
  execute function count_comments_again();
create trigger count_removed_comment after delete on comment for each row execute function count_comments_again();
`;
