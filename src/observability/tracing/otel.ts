import * as api from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { type Logger } from 'pino';
import { withTimeout } from '../../common/timeout.js';
import { type SamplerName } from './samplers.js';
import { type RootOptions, type Tracing } from './tracing.js';
import { type Span, type SpanAttributes, type SpanKind } from './span.js';
import { WatchedExporter } from './watched-exporter.js';

/** The process has 15 seconds from SIGTERM to exit, and traces come last. */
const FLUSH_TIMEOUT_MS = 2000;

/** A statement's text; everything else is short. */
const MAX_VALUE_LENGTH = 2000;

const KINDS: Record<SpanKind, api.SpanKind> = {
  internal: api.SpanKind.INTERNAL,
  server: api.SpanKind.SERVER,
  client: api.SpanKind.CLIENT,
  consumer: api.SpanKind.CONSUMER,
};

export interface TracingOptions {
  readonly protocol: 'http/protobuf' | 'http/json';
  readonly sampler: SamplerName;
  /** From 0 to 1, for the samplers by ratio. */
  readonly samplerRatio: number;
  /** In place of what the environment says (OTEL_EXPORTER_OTLP_ENDPOINT and the like). */
  readonly url?: string;
}

function contextOf(traceparent: string | undefined): api.Context {
  const parent = parseTraceParent(traceparent ?? '');
  return parent ? api.trace.setSpanContext(api.ROOT_CONTEXT, { ...parent, isRemote: true }) : api.ROOT_CONTEXT;
}

class OtelSpan implements Span {
  readonly #tracer: api.Tracer;
  readonly #span: api.Span;

  constructor(tracer: api.Tracer, span: api.Span) {
    this.#tracer = tracer;
    this.#span = span;
  }

  get traceparent(): string {
    const { traceId, spanId, traceFlags } = this.#span.spanContext();
    return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
  }

  child(name: string, kind: SpanKind, attributes: SpanAttributes = {}): Span {
    const context = api.trace.setSpan(api.ROOT_CONTEXT, this.#span);
    return new OtelSpan(this.#tracer, this.#tracer.startSpan(name, { kind: KINDS[kind], attributes }, context));
  }

  rename(name: string): void {
    this.#span.updateName(name);
  }

  set(attributes: SpanAttributes): void {
    this.#span.setAttributes(attributes);
  }

  end(failure?: string): void {
    if (failure !== undefined) {
      this.#span.setAttribute('error.type', failure);
      this.#span.setStatus({ code: api.SpanStatusCode.ERROR });
    }
    this.#span.end();
  }
}

function samplerOf({ sampler, samplerRatio }: TracingOptions): Sampler {
  const named = sampler.replace('parentbased_', '');
  const root =
    named === 'always_off'
      ? new AlwaysOffSampler()
      : named === 'traceidratio'
        ? new TraceIdRatioBasedSampler(samplerRatio)
        : new AlwaysOnSampler();
  return named === sampler ? root : new ParentBasedSampler({ root });
}

/**
 * Traces by OTLP over HTTP. Loaded only when an endpoint is set. Nothing global is registered and nothing is patched:
 * what is under way is known by our own scope (observability/scope.ts).
 */
export function startTracing(options: TracingOptions, logger: Logger): Tracing {
  const { protocol, url } = options;
  const config = url === undefined ? {} : { url };
  const exporter = protocol === 'http/json' ? new JsonExporter(config) : new ProtobufExporter(config);
  const provider = new TracerProvider({
    // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES take precedence.
    resource: resourceFromAttributes({ 'service.name': 'docket' }).merge(detectResources({ detectors: [envDetector] })),
    sampler: samplerOf(options),
    spanLimits: { attributeValueLengthLimit: MAX_VALUE_LENGTH },
    spanProcessors: [new BatchSpanProcessor({ exporter: new WatchedExporter(exporter, logger) })],
  });
  const tracer = provider.getTracer('docket');
  return {
    root(name, { kind, parent, links = [], attributes = {} }: RootOptions) {
      const linked = links.map(parseTraceParent).filter((link) => link !== null);
      const span = tracer.startSpan(
        name,
        { kind: KINDS[kind], attributes, links: linked.map((context) => ({ context })) },
        contextOf(parent),
      );
      return new OtelSpan(tracer, span);
    },
    async stop() {
      try {
        await withTimeout(provider.shutdown(), FLUSH_TIMEOUT_MS);
      } catch (error) {
        logger.warn({ err: error }, 'The last traces could not be sent');
      }
    },
  };
}
