import { jest } from '@jest/globals';
import { Client } from 'pg';

export interface SentStatement {
  readonly text: string;
  readonly values: unknown[];
}

/** The statements that an action sends to PostgreSQL. */
export async function sentStatements(action: () => Promise<unknown>): Promise<SentStatement[]> {
  const query = jest.spyOn(Client.prototype, 'query');
  await action();
  const calls = query.mock.calls as unknown as [string | { text: string; values?: unknown[] }, unknown[]?][];
  query.mockRestore();
  return calls.map(([given, values]) =>
    typeof given === 'string'
      ? { text: given, values: values ?? [] }
      : { text: given.text, values: given.values ?? [] },
  );
}
