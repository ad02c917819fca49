// What pg gives to its own pg-cursor, and @types/pg leaves out.
import 'pg';
import { type Duplex } from 'node:stream';

declare module 'pg' {
  interface ClientConfig {
    /** In place of one that the client makes. */
    connection?: Connection;
  }

  interface Connection {
    connect(port: number | string, host?: string): void;
    /** Reads the server's messages from the stream. */
    attachListeners(stream: Duplex): void;
    /** Texts by the names that the server knows them under. */
    readonly parsedStatements: Readonly<Record<string, string | undefined>>;
    /** The same for those that are on their way to the server. */
    readonly submittedNamedStatements: Record<string, string | undefined>;
    parse(query: { readonly name: string; readonly text: string }): void;
    bind(portal: {
      readonly statement: string;
      readonly values: readonly unknown[];
      readonly valueMapper: (value: unknown) => unknown;
    }): void;
    describe(what: { readonly type: 'P' }): void;
    execute(portal: object): void;
  }
}
