import { type ClientBase, type Connection, type CustomTypesConfig, type FieldDef, type Submittable } from 'pg';
import utils from 'pg/lib/utils.js';
import { type PreparedStatement } from './prepared-statements.js';
import { type Answer, type Statement } from './query.js';
import { type RowAccount } from './row-account.js';
import { type Columns, readValues } from './text-values.js';

/** The type of no column: read by what `pg` reads all types with that it leaves as text. */
const NO_TYPE = 0;

function columnsOf(fields: readonly FieldDef[], types: CustomTypesConfig): Columns {
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the enum has names for pg's own types only
  const readerOf = (type: number): ((text: string) => unknown) => types.getTypeParser(type, 'text');
  const asText = readerOf(NO_TYPE);
  const readers = fields.map(({ dataTypeID }, at) => [at, readerOf(dataTypeID)] as const);
  return { names: fields.map(({ name }) => name), readers: readers.filter(([, read]) => read !== asText) };
}

/**
 * One statement on a connection of `pg`, as pg-cursor is one: cheaper than pg's own `Query`, as it makes no objects of
 * rows, and does not ask for the columns of a prepared statement again. PostgreSQL refuses to run one whose columns
 * have changed since. It has no `callback`, which `query_timeout` of `pg` would call: Docket sets statement_timeout.
 */
class RowQuery implements Submittable {
  readonly text: string;
  /** What `pg` marks as prepared when it has been parsed; empty for one that is not to be. */
  name = '';
  readonly values: readonly unknown[];
  readonly #statement: PreparedStatement | undefined;
  readonly #types: CustomTypesConfig;
  readonly #account: RowAccount | undefined;
  readonly #answer: (answer: Answer) => void;
  readonly #refuse: (error: unknown) => void;
  #columns: Columns | undefined;
  #rows: unknown[][] = [];
  #unreadable: unknown;

  constructor(
    { text, values, account }: Statement,
    statement: PreparedStatement | undefined,
    types: CustomTypesConfig,
    answer: (answer: Answer) => void,
    refuse: (error: unknown) => void,
  ) {
    this.text = text;
    this.values = values;
    this.#statement = statement;
    this.#types = types;
    this.#account = account;
    this.#answer = answer;
    this.#refuse = refuse;
    this.#columns = statement?.columns;
  }

  /** Sends it. Returns what is wrong with its values, and has sent nothing then. */
  submit(connection: Connection): Error | null {
    const { stream, parsedStatements, submittedNamedStatements } = connection;
    stream.cork();
    try {
      const values = this.values.map(utils.prepareValue);
      const name = this.#statement?.name ?? '';
      // While another one of the same name is on its way, nobody knows whether it will be prepared: this one goes without.
      if (!(name in submittedNamedStatements)) this.name = name;
      const isNew = this.name === '' || !(this.name in parsedStatements);
      if (isNew) connection.parse(this);
      if (isNew && this.name !== '') submittedNamedStatements[this.name] = this.text;
      connection.bind({ statement: this.name, values, valueMapper: (value) => value });
      if (!this.#columns) connection.describe({ type: 'P' });
      connection.execute({});
      connection.sync();
      return null;
    } catch (error) {
      return error instanceof Error ? error : new Error('A value cannot be sent', { cause: error });
    } finally {
      stream.uncork();
    }
  }

  handleRowDescription({ fields }: { readonly fields: readonly FieldDef[] }): void {
    this.#columns = columnsOf(fields, this.#types);
    if (this.#statement) this.#statement.columns = this.#columns;
  }

  handleDataRow({ fields, length }: { readonly fields: unknown[]; readonly length: number }): void {
    // PostgreSQL sends the rest all the same: none of it is kept.
    if (this.#unreadable !== undefined) return;
    try {
      this.#account?.charge(length);
      readValues(fields, this.#columns?.readers ?? []);
      this.#rows.push(fields);
    } catch (error) {
      this.#unreadable = error;
      this.#rows = [];
    }
  }

  handleCommandComplete(): void {}

  handleEmptyQuery(): void {}

  handleError(error: unknown): void {
    this.#refuse(error);
  }

  handleReadyForQuery(): void {
    if (this.#unreadable === undefined) this.#answer({ names: this.#columns?.names ?? [], rows: this.#rows });
    else this.#refuse(this.#unreadable);
  }
}

/**
 * Runs a statement on a connection, behind those that are on their way there.
 * @param statement as what the connection has prepared it, or is to; undefined when it is not worth that
 * @param types how values are read
 */
export async function queryRows(
  client: ClientBase,
  statement: Statement,
  prepared: PreparedStatement | undefined,
  types: CustomTypesConfig,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    client.query(new RowQuery(statement, prepared, types, resolve, reject));
  });
}
