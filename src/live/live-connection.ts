import { type ExecutionResult, type GraphQLError } from 'graphql';
import { type Client } from '../accounts/client.js';
import { type LiveViewer } from '../accounts/sessions/live-viewers.js';
import { type LiveStream } from './live-stream.js';

/** How a client receives messages; a label of metrics. */
export type Transport = 'websocket' | 'sse';

/** A client's WebSocket, or its request for server-sent events, with the streams on it. */
export interface LiveConnection {
  readonly transport: Transport;
  /** The id of the HTTP request that opened it. */
  readonly requestId: string;
  readonly client: Client;
  /** What is never logged. */
  readonly secrets: () => readonly string[];
  readonly live: LiveViewer;
  readonly streams: Set<LiveStream>;
  /** Why nothing comes on it any more, also for a stream that is about to begin. */
  endedBy?: readonly GraphQLError[] | undefined;
  /** Closes the connection at once, as the client does not read. */
  cut(): void;
  /** Tells the client to come back, as the server stops. */
  goAway(): void;
}

/** What a client asks for, before anything of it is checked. */
export interface OperationRequest {
  readonly query?: unknown;
  readonly variables?: unknown;
  readonly operationName?: unknown;
}

/** A message as the client gets it; its errors are masked. */
export type StreamMessage = ExecutionResult;
