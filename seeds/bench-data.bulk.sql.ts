// Millions of rows are inserted several times faster without the indexes, which are built once at the end.

/** Tables that the seed fills with many rows. */
const FILLED = ['ticket', 'comment', 'ticket_event', 'ticket_search', 'ticket_stem', 'search_word'];
const FILLED_IDS = `array[${FILLED.map((table) => `'${table}'`).join(', ')}]::regclass[]`;
const EACH = (statement: string) => FILLED.map((table) => statement.replaceAll('%', table)).join('; ');

/** Before the rows. All of it ends with the transaction, or is undone by BULK_OFF. */
export const BULK_ON: readonly (readonly [string, string])[] = [
  [
    'settings',
    `set local work_mem = '256MB'; set local maintenance_work_mem = '1GB'; set local max_parallel_maintenance_workers = 2;
     do $$ begin
       -- Foreign keys are right by construction. Who is no superuser has them checked row by row.
       set local session_replication_role = replica;
     exception when insufficient_privilege then null;
     end $$`,
  ],
  // Words and terms are filled in once for all rows.
  ['triggers off', EACH('alter table % disable trigger user')],
  [
    'indexes off',
    `create temporary table seed_index on commit drop as
       select i.indrelid::regclass::text as held_by, i.indexrelid::regclass::text as index, c.conname as named,
         coalesce(pg_get_constraintdef(c.oid), pg_get_indexdef(i.indexrelid)) as definition
       from pg_index i left join pg_constraint c on c.conindid = i.indexrelid and c.contype in ('p', 'u')
       -- Those that foreign keys of other tables need stay.
       where i.indrelid = any(${FILLED_IDS})
         and not exists (select from pg_constraint f where f.contype = 'f' and f.conindid = i.indexrelid);
     do $$ declare each record; begin
       for each in select * from seed_index loop
         if each.named is null then execute format('drop index %s', each.index);
         else execute format('alter table %s drop constraint %I', each.held_by, each.named);
         end if;
       end loop;
     end $$`,
  ],
];

/** After the rows. */
export const BULK_OFF: readonly (readonly [string, string])[] = [
  [
    'indexes on',
    `do $$ declare each record; begin
       for each in select * from seed_index order by held_by, named loop
         if each.named is null then execute each.definition;
         else execute format('alter table %s add constraint %I %s', each.held_by, each.named, each.definition);
         end if;
       end loop;
     end $$`,
  ],
  ['triggers on', EACH('alter table % enable trigger user')],
];
