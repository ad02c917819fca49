import { isIP, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { GatheringSocket } from './gathering-socket.js';

/** PostgreSQL's message SSLRequest: its length, and its code in place of a protocol version. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
/** The server's answers. */
const HAS_TLS = 'S';
const HAS_NO_TLS = 'N';

/**
 * A connection for `pg` (its option `stream`) that uses TLS if the server offers it and goes on in clear if not, as
 * libpq does with sslmode=prefer; `pg` itself has no such mode. It is connected when the server has decided.
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL
 */
export class OptionalTlsStream extends Duplex {
  readonly #tls: ConnectionOptions;
  /** The TLS socket, once there is one. */
  #socket: Socket = new GatheringSocket();

  constructor(tls: ConnectionOptions) {
    super();
    this.#tls = tls;
  }

  connect(port: number, host: string): this {
    const socket = this.#socket;
    this.#follow(socket);
    socket.once('connect', () => socket.write(SSL_REQUEST));
    socket.once('data', (answer) => {
      switch (answer.toString('latin1')) {
        case HAS_TLS:
          return this.#startTls(socket, host);
        case HAS_NO_TLS:
          return this.#ready(socket);
        default:
          return this.destroy(new Error('The server did not say whether it has TLS'));
      }
    });
    socket.connect(port, host);
    return this;
  }

  setNoDelay(noDelay?: boolean): this {
    this.#socket.setNoDelay(noDelay);
    return this;
  }

  setKeepAlive(enable?: boolean, initialDelay?: number): this {
    this.#socket.setKeepAlive(enable, initialDelay);
    return this;
  }

  ref(): this {
    this.#socket.ref();
    return this;
  }

  unref(): this {
    this.#socket.unref();
    return this;
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #startTls(socket: Socket, host: string): void {
    const servername = isIP(host) === 0 ? { servername: host } : {};
    const secure = connectTls({ ...this.#tls, ...servername, socket });
    this.#socket = secure;
    this.#follow(secure);
    secure.once('secureConnect', () => this.#ready(secure));
  }

  #follow(socket: Socket): void {
    socket.once('error', (error) => this.destroy(error));
    socket.once('close', () => this.destroy());
  }

  #ready(socket: Socket): void {
    socket.on('data', (chunk) => {
      if (!this.push(chunk)) socket.pause();
    });
    socket.once('end', () => this.push(null));
    this.emit('connect');
  }
}
