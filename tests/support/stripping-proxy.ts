import { once } from 'node:events';
import { createServer, request } from 'node:http';

export interface StrippingProxy {
  readonly url: string;
  close(): Promise<void>;
}

/** A proxy that serves a server below a path, takes that path away, and answers everything else with 404. */
export async function startStrippingProxy(path: string, target: () => string): Promise<StrippingProxy> {
  const server = createServer((incoming, outgoing) => {
    const { url = '', method, headers } = incoming;
    if (url !== path && !url.startsWith(`${path}/`) && !url.startsWith(`${path}?`)) {
      outgoing.writeHead(404).end('not below the path');
      return;
    }
    const stripped = url.slice(path.length);
    const forwarded = request(`${target()}${stripped.startsWith('/') ? stripped : `/${stripped}`}`, {
      method,
      headers,
    });
    forwarded.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port');
  return {
    url: `http://127.0.0.1:${address.port}${path}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
