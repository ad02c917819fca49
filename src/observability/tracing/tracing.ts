import { currentScope, inScopeWithSpan } from '../scope.js';
import { type Span, type SpanAttributes, type SpanKind } from './span.js';

export interface RootOptions {
  readonly kind: SpanKind;
  /** Of the span that caused this one, in whatever process; what is no traceparent is ignored. */
  readonly parent?: string | undefined;
  /** Of others that had a part in it. */
  readonly links?: readonly string[];
  readonly attributes?: SpanAttributes;
}

/** Where traces begin in this process. There is none unless an OTLP endpoint is set. */
export interface Tracing {
  root(name: string, options: RootOptions): Span;
  /** Sends what was not yet sent, for two seconds at most. */
  stop(): Promise<void>;
}

function failureOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** Runs the work as what the span measures; spans that begin meanwhile are its children. Ends the span. */
export async function within<Result>(span: Span, work: () => Promise<Result>): Promise<Result> {
  try {
    const result = await inScopeWithSpan(span, work);
    span.end();
    return result;
  } catch (error) {
    span.end(failureOf(error));
    throw error;
  }
}

/** Runs the work in a child of the span under way; without one, it just runs. */
export async function inChildSpan<Result>(
  name: string,
  kind: SpanKind,
  attributes: SpanAttributes,
  work: () => Promise<Result>,
): Promise<Result> {
  const parent = currentScope()?.span;
  return parent ? within(parent.child(name, kind, attributes), work) : work();
}

/** What makes later work part of the trace under way; null without one. */
export function currentTraceparent(): string | null {
  return currentScope()?.span?.traceparent ?? null;
}
