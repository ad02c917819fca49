import {
  type CompiledQuery,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
} from 'kysely';

/** Names come from the entities alone: no value ever becomes part of such text. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Writes PostgreSQL's SQL; runs nothing. */
const COMPILER = new Kysely<unknown>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

/** A statement that gives rows of a type: written with Kysely's `sql`, or compiled already. */
export type SqlQuery<Result> = RawBuilder<Result> | CompiledQuery<Result>;

/** What PostgreSQL gets: a text, and the values of its parameters. */
export function compiled(query: RawBuilder<unknown>): CompiledQuery {
  return query.compile(COMPILER);
}
