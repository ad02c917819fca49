import { type RowAccount } from './row-account.js';
import { type PipelinedConnection } from './pipelined-connection.js';

/** One statement, as PostgreSQL gets it. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** Finds a few rows by a key: it may share a connection with others of its kind (see shared-connection.ts). */
  readonly isQuick?: boolean;
  /** Changes what the client asked for, as a transaction of its own. */
  readonly isChange?: boolean;
  /** Where it is to wait for others, if anywhere. */
  readonly connection?: PipelinedConnection;
  /** That of the request that it is for, if it is for one. */
  readonly account?: RowAccount | undefined;
}

/** What a statement gives: the names of its columns, and the values of each row in their order. */
export interface Answer {
  readonly names: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}
