import { execute, type ExecutionArgs, type GraphQLSchema } from 'graphql';
import { ResponseTooLargeError } from '../common/errors.js';
import { type Readers, type Services } from '../graphql/context.js';
import { bytesOf } from '../graphql/response-size.js';
import { MAX_RESPONSE_BYTES } from '../http/responses-in-flight.js';
import { inScope } from '../observability/scope.js';
import { type Tracing, within } from '../observability/tracing/tracing.js';
import { type CheckedOperation } from './checked-operation.js';
import { LiveContext } from './live-context.js';
import { type LiveConnection, type StreamMessage } from './live-connection.js';
import { MessageBudget } from './message-budget.js';
import { type OperationErrors } from './operation-errors.js';

interface ExecutorParts {
  readonly schema: GraphQLSchema;
  readonly services: Services;
  /** Those on which messages are read: of a replica that has what they tell, or of the primary. */
  readonly freshReaders: () => Promise<Readers>;
  readonly errors: OperationErrors;
  readonly tracing?: Tracing | undefined;
}

/** A subscription of a connection. */
export interface RunningOperation extends CheckedOperation {
  readonly connection: LiveConnection;
  readonly requestId: string;
}

/** Executes subscriptions with the payload of a message as their root, within the limits of an answer over HTTP. */
export class MessageExecutor {
  readonly #parts: ExecutorParts;
  /** By payload and by what else decides the message. Kept as long as a stream still has the payload to deliver. */
  readonly #messages = new WeakMap<object, Map<string, Promise<StreamMessage>>>();

  constructor(parts: ExecutorParts) {
    this.#parts = parts;
  }

  /** What GraphQL executes, but for the payload. */
  argsOf(running: RunningOperation, readers: Readers): ExecutionArgs {
    const { connection, requestId, document, operationName, variables } = running;
    const { schema, services } = this.#parts;
    const contextValue = new LiveContext({ requestId, connection, services, readers });
    return { schema, document, operationName, variableValues: variables, contextValue };
  }

  /**
   * The message for a payload. Subscriptions of equal viewer, document and variables that get the same payload share its
   * execution.
   */
  async message(running: RunningOperation, payload: unknown): Promise<StreamMessage> {
    if (typeof payload !== 'object' || payload === null)
      throw new Error('A payload of a subscription must be an object');
    const messages = this.#messages.get(payload) ?? new Map<string, Promise<StreamMessage>>();
    this.#messages.set(payload, messages);
    // By session, as some fields tell which one is the viewer's own.
    const key = `${running.connection.live.viewer.sessionId} ${running.executionKey}`;
    const message = messages.get(key) ?? this.#execute(running, payload);
    messages.set(key, message);
    return message;
  }

  async #execute(running: RunningOperation, payload: object): Promise<StreamMessage> {
    const { connection, requestId, field } = running;
    const scope = { fields: { requestId }, secrets: connection.secrets, account: new MessageBudget() };
    return inScope(scope, async () => {
      const span = this.#parts.tracing?.root(`message ${field}`, {
        kind: 'internal',
        attributes: { 'docket.request_id': requestId },
      });
      return span ? within(span, async () => this.#read(running, payload)) : this.#read(running, payload);
    });
  }

  async #read(running: RunningOperation, payload: object): Promise<StreamMessage> {
    const { freshReaders, errors } = this.#parts;
    const args = this.argsOf(running, await freshReaders());
    const { data, errors: found } = await execute({ ...args, rootValue: payload });
    if (bytesOf(data, MAX_RESPONSE_BYTES) > MAX_RESPONSE_BYTES) {
      return { data: null, errors: errors.ofThrown(new ResponseTooLargeError(MAX_RESPONSE_BYTES), running) };
    }
    return found ? { data, errors: errors.of(found, running) } : { data };
  }
}
