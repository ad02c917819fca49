import { AsyncLocalStorage } from 'node:async_hooks';
import { type RowAccount } from '../database/query.js';
import { type Span } from './tracing/span.js';

/** What is under way: a request, a job, the delivery of a mail. */
export interface Scope {
  /** Stand on every line that is logged meanwhile; more may be added as they become known. */
  readonly fields: Record<string, string>;
  /** The secrets that a client sent, for errors that repeat them. Asked only when there is an error to log. */
  readonly secrets?: (() => readonly string[]) | undefined;
  /** What rows that are read for a request are charged to, so that no answer takes all memory. */
  readonly account?: RowAccount | undefined;
  /** What is being measured, when there are traces. */
  span?: Span | undefined;
}

const storage = new AsyncLocalStorage<Scope>();

/** Runs the work, and whatever it waits for, in a scope of its own. It inherits nothing. */
export function inScope<Result>(scope: Scope, work: () => Result): Result {
  return storage.run(scope, work);
}

/** The same inside another scope, whose fields and secrets stay. */
export function inScopeWith<Result>(fields: Record<string, string>, work: () => Result): Result {
  const outer = storage.getStore();
  return storage.run({ ...outer, fields: { ...outer?.fields, ...fields } }, work);
}

/** The same, with the fields themselves: those that become known inside are known outside. */
export function inScopeWithSpan<Result>(span: Span, work: () => Result): Result {
  return storage.run({ fields: {}, ...storage.getStore(), span }, work);
}

/** Runs the work in the present scope, but charges the rows that it reads to another budget. */
export function inScopeWithAccount<Result>(account: RowAccount, work: () => Result): Result {
  return storage.run({ fields: {}, ...storage.getStore(), account }, work);
}

/** Runs work that outlives what is under way, such as timers: nothing of it belongs to this scope. */
export function runOutsideScope<Result>(work: () => Result): Result {
  return storage.exit(work);
}

export function currentScope(): Scope | undefined {
  return storage.getStore();
}
