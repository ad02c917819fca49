import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createSourceEventStream, type GraphQLSchema } from 'graphql';
import { type Logger } from 'pino';
import { haveEqualRights, type LiveViewers } from '../accounts/sessions/live-viewers.js';
import { type Viewer } from '../accounts/viewer.js';
import { type Readers, type Services } from '../graphql/context.js';
import { type Metrics } from '../observability/metrics.js';
import { codeOf, countRefusals, firstRootField, MAX_NAME_LENGTH } from '../observability/request-log.js';
import { inScope } from '../observability/scope.js';
import { type Tracing, within } from '../observability/tracing/tracing.js';
import { type CheckedOperation, checkOperation, OperationRefused, withCode } from './checked-operation.js';
import { type LiveConnection, type OperationRequest, type StreamMessage } from './live-connection.js';
import { RightsChangedError } from './live-errors.js';
import { LiveStream } from './live-stream.js';
import { MessageExecutor, type RunningOperation } from './message-executor.js';
import { OperationErrors } from './operation-errors.js';
import { StreamSlots } from './stream-slots.js';
import { SubscriptionDocuments } from './subscription-documents.js';

export interface SubscriptionServerParts {
  readonly schema: GraphQLSchema;
  readonly introspection: boolean;
  readonly maxTokens: number;
  readonly maxErrors: number;
  readonly viewers: LiveViewers;
  readonly services: Services;
  /** Of the primary. */
  readonly readers: Readers;
  readonly freshReaders: () => Promise<Readers>;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly tracing?: Tracing | undefined;
}

/** Begins subscriptions, whichever way the client gets their messages, and knows the connections that are open. */
export class SubscriptionServer {
  readonly #parts: SubscriptionServerParts;
  readonly #documents: SubscriptionDocuments;
  readonly #errors: OperationErrors;
  readonly #executor: MessageExecutor;
  readonly #slots = new StreamSlots();
  readonly #connections = new Set<LiveConnection>();
  #isClosing = false;

  constructor(parts: SubscriptionServerParts) {
    const errors = new OperationErrors({ logger: parts.logger, suggestions: parts.introspection });
    this.#parts = parts;
    this.#errors = errors;
    this.#documents = new SubscriptionDocuments(parts);
    this.#executor = new MessageExecutor({ ...parts, errors });
  }

  opened(connection: LiveConnection): void {
    this.#connections.add(connection);
    if (this.#isClosing) connection.goAway();
  }

  closed(connection: LiveConnection): void {
    this.#connections.delete(connection);
    this.#parts.viewers.close(connection.live);
    for (const stream of connection.streams) void stream.return();
  }

  /** Sends every client away, and those that come from now on. */
  close(): void {
    this.#isClosing = true;
    for (const connection of this.#connections) connection.goAway();
  }

  /** Ends the connection's streams: their clients must load again what they show. */
  rightsChanged({ streams, requestId }: LiveConnection): void {
    for (const stream of streams) this.#endByRights(stream, requestId);
  }

  /** The message for a client whose connection cannot have a subscription at all. */
  refuse(error: unknown, requestId: string): StreamMessage {
    const errors = this.#errors.ofThrown(error, { requestId, operationName: null });
    countRefusals(this.#parts.metrics, errors);
    return { data: null, errors };
  }

  /** Begins a subscription, or gives the errors that say why not. */
  async start(connection: LiveConnection, request: OperationRequest): Promise<LiveStream | StreamMessage> {
    const requestId = connection.transport === 'sse' ? connection.requestId : randomUUID();
    return inScope({ fields: { requestId }, secrets: connection.secrets }, async () => {
      const begun = performance.now();
      let operation: RunningOperation | undefined;
      let release: (() => void) | undefined;
      try {
        // Before the document is read, so that a connection has a bounded number to read in one turn of the event loop.
        release = this.#slots.take(connection);
        await nextTurn();
        const checked = checkOperation(request, { schema: this.#parts.schema, documents: this.#documents });
        operation = { ...checked, connection, requestId };
        const stream = await this.#traced(operation, release);
        this.#log(connection, { requestId, operation, code: 'OK', begun });
        return stream;
      } catch (error) {
        release?.();
        const operationName = operation?.operationName ?? null;
        const errors = this.#errors.ofThrown(error, { requestId, operationName });
        countRefusals(this.#parts.metrics, errors);
        this.#log(connection, { requestId, operation, code: codeOf(errors[0]), begun });
        return { data: null, errors };
      }
    });
  }

  async #traced(operation: RunningOperation, release: () => void): Promise<LiveStream> {
    const span = this.#parts.tracing?.root(`subscription ${operation.field}`, {
      kind: 'server',
      attributes: { 'docket.request_id': operation.requestId },
    });
    return span ? within(span, async () => this.#begin(operation, release)) : this.#begin(operation, release);
  }

  async #begin(operation: RunningOperation, release: () => void): Promise<LiveStream> {
    const { connection } = operation;
    const { viewer } = connection.live;
    const source = await createSourceEventStream(this.#executor.argsOf(operation, this.#parts.readers));
    // Errors without a path are about the variables.
    if (!(Symbol.asyncIterator in source)) {
      throw new OperationRefused(
        (source.errors ?? []).map((error) => (error.path ? error : withCode(error, 'BAD_USER_INPUT'))),
      );
    }
    const stream = this.#stream(operation, source, release);
    connection.streams.add(stream);
    await this.#catchUp(connection, stream, viewer);
    return stream;
  }

  /** Does to a stream what happened to its connection while it began. */
  async #catchUp(connection: LiveConnection, stream: LiveStream, viewer: Viewer): Promise<void> {
    const { requestId, live } = connection;
    if (connection.endedBy) stream.end(connection.endedBy);
    else if (!haveEqualRights(viewer, live.viewer)) this.#endByRights(stream, requestId);
    if (!this.#connections.has(connection)) await stream.return();
    else if (this.#isClosing) connection.goAway();
  }

  #endByRights(stream: LiveStream, requestId: string): void {
    this.#parts.metrics.subscriptions.cut('rights_changed');
    stream.end(this.#errors.ofThrown(new RightsChangedError(), { requestId, operationName: null }));
  }

  #stream(operation: RunningOperation, source: AsyncIterable<unknown>, release: () => void): LiveStream {
    const { connection, requestId, operationName, field } = operation;
    const { viewers, logger } = this.#parts;
    const metrics = this.#parts.metrics.subscriptions;
    const begun = performance.now();
    const scope = { fields: { requestId }, secrets: connection.secrets };
    const payloads = source[Symbol.asyncIterator]();
    metrics.opened(connection.transport);
    return new LiveStream({
      // Not in the scope of the HTTP request, whose rows are counted for one answer.
      source: {
        next: async () => inScope(scope, async () => payloads.next()),
        return: async () => (await payloads.return?.()) ?? { done: true, value: undefined },
      },
      refresh: async () => viewers.refresh(connection.live),
      execute: async (payload) => {
        const message = await this.#executor.message(operation, payload);
        metrics.delivered(connection.transport);
        return message;
      },
      describe: (error) => {
        metrics.cut('failed');
        return this.#errors.ofThrown(error, operation);
      },
      onClose: (stream) => {
        release();
        connection.streams.delete(stream);
        metrics.closed(connection.transport);
        const { delivered: messages } = stream;
        const durationMs = Math.round(performance.now() - begun);
        logger.info({ requestId, operationName, field, messages, durationMs }, 'GraphQL subscription ended');
      },
    });
  }

  #log(
    { requestId: connectionId, transport, live }: LiveConnection,
    call: { requestId: string; operation: CheckedOperation | undefined; code: string; begun: number },
  ): void {
    const { requestId, operation, code, begun } = call;
    const field = operation?.field ?? firstRootField(undefined);
    const seconds = (performance.now() - begun) / 1000;
    this.#parts.metrics.requestAnswered(field, code, seconds);
    this.#parts.logger.info(
      {
        requestId,
        connectionId,
        transport,
        operationName: operation?.operationName?.slice(0, MAX_NAME_LENGTH) ?? null,
        field,
        code,
        viewerId: live.viewer.id,
        durationMs: Math.round(seconds * 1e5) / 100,
      },
      'GraphQL subscription',
    );
  }
}
