import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

interface OtlpAttribute {
  key: string;
  value: Record<string, unknown>;
}

/** A span as OTLP's JSON encoding has it. */
export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  attributes: OtlpAttribute[];
  links?: { traceId: string; spanId: string }[];
  status: { code?: number };
  service: unknown;
}

interface OtlpRequest {
  resourceSpans: {
    resource: { attributes: OtlpAttribute[] };
    scopeSpans: { spans: Omit<ReceivedSpan, 'service'>[] }[];
  }[];
}

type Behaviour = 'accept' | 'refuse' | 'hang';

/** A receiver of OTLP over HTTP in JSON, as a collector is one. */
export async function startOtlpReceiver() {
  const spans: ReceivedSpan[] = [];
  const bodies: string[] = [];
  const headers: (string | undefined)[] = [];
  let behaviour: Behaviour = 'accept';
  const receive = async (request: IncomingMessage) => {
    const body = await text(request);
    headers.push(request.headers['x-api-key']?.toString());
    bodies.push(body);
    const isJson = request.headers['content-type'] === 'application/json';
    const { resourceSpans }: OtlpRequest = isJson ? JSON.parse(body) : { resourceSpans: [] };
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = resource.attributes.find(({ key }) => key === 'service.name')?.value['stringValue'];
      spans.push(...scopeSpans.flatMap((scope) => scope.spans.map((span) => Object.assign(span, { service }))));
    }
  };
  const server = createServer((request, response) => {
    void receive(request).then(() => {
      if (behaviour === 'refuse') response.writeHead(400);
      return behaviour === 'hang' ? response : response.end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the receiver has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    spans,
    bodies,
    headers,
    /** Answers with an error that is not tried again, never, or well. */
    behave(how: Behaviour) {
      behaviour = how;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type OtlpReceiver = Awaited<ReturnType<typeof startOtlpReceiver>>;

/** An attribute's value, whatever its type. */
export function attributeOf({ attributes }: ReceivedSpan, name: string): unknown {
  return Object.values(attributes.find(({ key }) => key === name)?.value ?? {})[0];
}
