import {
  type CompiledQuery,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
} from 'kysely';

/** Quotes an identifier. Only for names from entity metadata, never for values. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Compiles SQL for PostgreSQL; executes nothing. */
const COMPILER = new Kysely<unknown>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

/** A statement with the type of its rows: written with Kysely's `sql`, or compiled already. */
export type SqlQuery<Result> = RawBuilder<Result> | CompiledQuery<Result>;

/** The compiled statement: its text, and the values of its parameters. */
export function compiled<Result>(query: RawBuilder<Result>): CompiledQuery<Result> {
  return query.compile(COMPILER);
}
