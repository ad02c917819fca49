import { Migration } from '@mikro-orm/migrations';

/** What filters and access ask of a ticket; an entry holds them as they were before the change. */
const BEFORE = [
  'created_by_id',
  'type',
  'priority',
  'status',
  'product_id',
  'assigned_to_id',
  'duplicate_of_id',
  'updated_at',
  'closed_at',
  'deleted_at',
  'last_activity_at',
  'last_internal_activity_at',
] as const;

/** Not changes by themselves: they follow from comments, which readers may not see. */
const FOLLOWING: readonly string[] = ['last_activity_at', 'last_internal_activity_at'];

/** What readers see of a ticket. A change of anything else is no entry. */
const WATCHED = [
  'number',
  'title',
  'description',
  'details',
  'created_at',
  ...BEFORE.filter((column) => !FOLLOWING.includes(column)),
];

const of = (alias: string, columns: readonly string[]) => columns.map((column) => `${alias}.${column}`).join(', ');

/** The log of changes; see docs/decisions/0150-change-log.md. */
export class Migration20261127144500_change_log extends Migration {

  override name = 'Migration20261127144500_change_log';

  override async up(): Promise<void> {
    // Where a new entry goes, asked when its transaction has the lock on the table: behind all transactions that have ended by now, and not before its own. So of two changes of
    // one ticket the later one comes later, also when its transaction began earlier.
    this.addSql(`create function change_horizon() returns bigint language plpgsql as $$
      begin
        if current_setting('transaction_isolation') <> 'read committed' then
          raise exception 'Tickets and comments are changed at the isolation level read committed, for the log of changes';
        end if;
        return greatest(pg_current_xact_id()::text::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1);
      end $$`);
    this.addSql(`create table ticket_change (
      horizon bigint not null default change_horizon(),
      id bigint generated always as identity,
      created_at timestamptz not null default clock_timestamp(),
      ticket_id uuid not null,
      is_new boolean not null default false,
      comment_id uuid,
      internal boolean not null default false,
      created_by_id uuid,
      type ticket_type,
      priority ticket_priority,
      status ticket_status,
      product_id uuid,
      assigned_to_id uuid,
      duplicate_of_id uuid,
      updated_at timestamptz(3),
      closed_at timestamptz(3),
      deleted_at timestamptz(3),
      last_activity_at timestamptz(3),
      last_internal_activity_at timestamptz(3),
      primary key (horizon, id)
    )`);
    // The last final entry: no other will be written before it. A transaction that has written entries holds a lock on the
    // table until its end; one that has not yet will put them behind those that have ended by now. Each statement sees
    // what was committed before it, so their order matters: first the bounds, then the locks, then the entries.
    this.addSql(`create function change_log_end(out horizon bigint, out id bigint, out created_at timestamptz, out is_waiting boolean)
    language plpgsql as $$
      declare
        newest bigint := pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1;
        last_id bigint;
        oldest bigint;
      begin
        select last_value into last_id from ticket_change_id_seq;
        -- Transaction ids of 32 bits, less than half of the range away from the newest one.
        select min(newest - ((newest - x.transactionid::text::bigint + 2147483648) & 4294967295) + 2147483648) into oldest
          from pg_locks w join pg_locks x on x.virtualtransaction = w.virtualtransaction
          where w.locktype = 'relation' and w.relation = 'ticket_change'::regclass and w.mode = 'RowExclusiveLock' and w.granted
            and w.database = (select oid from pg_database where datname = current_database())
            and x.locktype = 'transactionid' and x.mode = 'ExclusiveLock' and x.granted;
        if oldest <= newest then
          newest := oldest - 1;
          last_id := 9223372036854775807;
        end if;
        select e.horizon, e.id, e.created_at, exists (select from ticket_change n where (n.horizon, n.id) > (newest, last_id))
          into horizon, id, created_at, is_waiting
          from ticket_change e where (e.horizon, e.id) <= (newest, last_id) order by e.horizon desc, e.id desc limit 1;
      end $$`);
    // Where the log begins: a cursor names an entry, also before the first change.
    this.addSql(`insert into ticket_change (ticket_id) values ('00000000-0000-0000-0000-000000000000')`);

    this.addSql(`create function add_new_tickets_to_log() returns trigger language plpgsql as $$
      begin
        insert into ticket_change (horizon, ticket_id, is_new)
          select (select change_horizon()), id, true from written order by number;
        return null;
      end $$`);
    this.addSql(`create trigger add_new_tickets_to_log after insert on ticket referencing new table as written
      for each statement execute function add_new_tickets_to_log()`);

    this.addSql(`create function add_changed_ticket_to_log() returns trigger language plpgsql as $$
      begin
        insert into ticket_change (ticket_id, ${BEFORE.join(', ')}) values (old.id, ${of('old', BEFORE)});
        return null;
      end $$`);
    this.addSql(`create trigger add_changed_ticket_to_log after update on ticket for each row
      when ((${of('old', WATCHED)}) is distinct from (${of('new', WATCHED)})) execute function add_changed_ticket_to_log()`);
    this.addSql(`create trigger add_removed_ticket_to_log after delete on ticket for each row execute function add_changed_ticket_to_log()`);

    // PostgreSQL runs triggers in the order of their names: these before those that count comments
    // (Migration20261127143000_activity), after which the ticket is not what it was before.
    this.addSql(`create function add_new_comments_to_log() returns trigger language plpgsql as $$
      begin
        insert into ticket_change (horizon, ticket_id, comment_id, internal, ${BEFORE.join(', ')})
          select (select change_horizon()), t.id, c.id, c.internal, ${of('t', BEFORE)} from written c join ticket t on t.id = c.ticket_id
          order by c.created_at, c.id;
        return null;
      end $$`);
    this.addSql(`create trigger add_new_comments_to_log after insert on comment referencing new table as written
      for each statement execute function add_new_comments_to_log()`);

    this.addSql(`create function add_changed_comment_to_log() returns trigger language plpgsql as $$
      begin
        insert into ticket_change (ticket_id, comment_id, internal, ${BEFORE.join(', ')})
          select t.id, old.id, old.internal and new.internal, ${of('t', BEFORE)} from ticket t where t.id = new.ticket_id;
        return null;
      end $$`);
    this.addSql(`create trigger add_changed_comment_to_log after update on comment for each row
      when ((old.content, old.internal, old.deleted_at) is distinct from (new.content, new.internal, new.deleted_at))
      execute function add_changed_comment_to_log()`);
  }

  override async down(): Promise<void> {
    this.addSql('drop trigger add_changed_comment_to_log on comment');
    this.addSql('drop trigger add_new_comments_to_log on comment');
    this.addSql('drop trigger add_removed_ticket_to_log on ticket');
    this.addSql('drop trigger add_changed_ticket_to_log on ticket');
    this.addSql('drop trigger add_new_tickets_to_log on ticket');
    for (const name of ['add_changed_comment_to_log', 'add_new_comments_to_log', 'add_changed_ticket_to_log', 'add_new_tickets_to_log']) {
      this.addSql(`drop function ${name}()`);
    }
    this.addSql('drop function change_log_end()');
    this.addSql('drop table ticket_change');
    this.addSql('drop function change_horizon()');
  }

}
