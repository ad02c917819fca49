import type { AddressInfo, Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

/** A stretch of network between a test and a server, which the test can cut. */
export interface TcpProxy {
  readonly port: number;
  /** Resets every connection; new ones are let through. */
  cut(): void;
  /** Resets every connection and refuses new ones, as a server that was killed. */
  goDown(): Promise<void>;
  /** Listens again, on the same port. */
  comeUp(): Promise<void>;
  /** Accepts connections and passes nothing on, as a network that swallows packets. */
  goSilent(): void;
  /**
   * Cuts one connection, once: the first that sends something which the test looks for.
   * @param looks sees what a connection sends; true cuts it
   * @param passesOn whether the server gets what was looked for, and its answer is lost; or does not get it
   */
  cutWhen(looks: (sent: string, connection: object) => boolean, passesOn: boolean): void;
  /** From now on new connections go to another server. */
  switchTo(targetPort: number): void;
}

/** Starts to pass connections on to a server on this machine. */
export async function startTcpProxy(firstPort: number): Promise<TcpProxy> {
  let targetPort = firstPort;
  const sockets = new Set<Socket>();
  let silent = false;
  let cutting: { looks: (sent: string, connection: object) => boolean; passesOn: boolean } | undefined;

  function keep(socket: Socket): Socket {
    sockets.add(socket);
    return socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  }

  const server = createServer((incoming) => {
    keep(incoming);
    if (silent) return;
    const outgoing = keep(connect(targetPort, '127.0.0.1'));
    let losesAnswer = false;
    incoming.on('close', () => outgoing.destroy());
    incoming.on('data', (bytes) => {
      if (silent) return;
      if (cutting?.looks(bytes.toString('latin1'), incoming)) {
        losesAnswer = cutting.passesOn;
        cutting = undefined;
        if (!losesAnswer) {
          incoming.resetAndDestroy();
          return;
        }
      }
      outgoing.write(bytes);
    });
    outgoing.on('close', () => incoming.destroy());
    outgoing.on('data', (bytes) => {
      if (losesAnswer) incoming.resetAndDestroy();
      else if (!silent) incoming.write(bytes);
    });
  });
  const port = await listen(server, 0);

  function cut(): void {
    for (const socket of sockets) socket.resetAndDestroy();
  }

  return {
    port,
    cut,
    goDown: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      cut();
      await closed;
    },
    comeUp: async () => {
      silent = false;
      if (!server.listening) await listen(server, port);
    },
    goSilent: () => {
      silent = true;
    },
    cutWhen: (looks, passesOn) => {
      cutting = { looks, passesOn };
    },
    switchTo: (other) => {
      targetPort = other;
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy listens on no port');
  return address.port;
}
