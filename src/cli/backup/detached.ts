import { type ClientBase } from 'pg';

/** For every table of the schema: what is taken off, and how it is put back. */
const TRIGGERS = `select format('alter table %s disable trigger %I', tgrelid::regclass, tgname) as off,
    format('alter table %s enable trigger %I', tgrelid::regclass, tgname) as on
  from pg_trigger t join pg_class c on c.oid = t.tgrelid
  where not tgisinternal and tgenabled = 'O' and c.relnamespace = current_schema()::regnamespace`;
const REFERENCES = `select format('alter table %s drop constraint %I', conrelid::regclass, conname) as off,
    format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as on
  from pg_constraint
  where contype = 'f' and conparentid = 0 and connamespace = current_schema()::regnamespace`;
const INDEXES = `select format('drop index %s', indexrelid::regclass) as off, pg_get_indexdef(indexrelid) as on
  from pg_index i join pg_class c on c.oid = i.indrelid
  where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
    and not exists (select from pg_constraint where conindid = i.indexrelid)
    and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = i.indrelid and d.deptype = 'e')`;

/**
 * Takes off what would stand in the way of rows that are right already, and would make each of them slow: triggers,
 * foreign keys and indexes. All of it needs the tables' owner, no superuser.
 * @returns what puts it back, and fails when the rows do not fit
 */
export async function detach(client: ClientBase): Promise<() => Promise<void>> {
  const taken: { off: string; on: string }[] = [];
  for (const which of [TRIGGERS, REFERENCES, INDEXES]) {
    const { rows } = await client.query<{ off: string; on: string }>(which);
    for (const { off } of rows) await client.query(off);
    taken.push(...rows);
  }
  return async () => {
    // Indexes first: foreign keys are checked by way of them.
    for (const { on } of taken.toReversed()) await client.query(on);
  };
}
