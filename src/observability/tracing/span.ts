/** No e-mail addresses, user texts or secrets: the readers of traces may not see tickets. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export type SpanKind = 'server' | 'internal' | 'client' | 'consumer';

/** A piece of work in a trace, as OpenTelemetry knows it. */
export interface Span {
  /** W3C Trace Context: names trace and span, and says whether it is recorded. */
  readonly traceparent: string;
  child(name: string, kind: SpanKind, attributes?: SpanAttributes): Span;
  rename(name: string): void;
  set(attributes: SpanAttributes): void;
  /** @param failure what kind of failure ended it, in a word; none by default */
  end(failure?: string): void;
}
