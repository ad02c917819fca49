import { Client, type ClientConfig, Connection } from 'pg';

/** What a server answers that has no TLS. */
const NO_TLS = 'N';

/** Goes on in clear where `pg` gives up, because the server has no TLS: sslmode=prefer. */
class OptionalTlsConnection extends Connection {
  override connect(port: number | string, host?: string): void {
    super.connect(port, host);
    const { stream } = this;
    const [onAnswer] = stream.listeners('data');
    stream.removeAllListeners('data');
    stream.once('data', (answer: Buffer) => {
      if (answer.toString() !== NO_TLS) {
        onAnswer?.(answer);
        return;
      }
      this.attachListeners(stream);
      // Upon this the client sends what it sends first, through TLS or not.
      this.emit('sslconnect');
    });
  }
}

/** A client of `pg` that uses TLS if the server offers it, as `psql` does by default. */
export class OptionalTlsClient extends Client {
  constructor(config: ClientConfig = {}) {
    // pg's pool makes the password non-enumerable, so a spread leaves it out.
    super({ ...config, password: config.password, connection: new OptionalTlsConnection(config) });
  }
}
