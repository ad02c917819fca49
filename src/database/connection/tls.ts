import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type ConnectionOptions, createSecureContext, getCACertificates, type SecureVersion } from 'node:tls';
import { isNativeError } from 'node:util/types';
import { StartError } from '../../common/start-error.js';
import { type DatabaseUrl, TLS_VERSIONS } from './database-url.js';

export interface Tls {
  /** What `pg` takes as `ssl`. */
  readonly options: ConnectionOptions | false;
  /** Whether the connection goes on in clear with a server that has no TLS. */
  readonly isOptional: boolean;
}

const NONE: Tls = { options: false, isOptional: false };

/** @throws StartError when a file cannot be read */
function fileOf(parameters: DatabaseUrl['parameters'], name: string): string | undefined {
  const path = parameters.get(name);
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const code = isNativeError(cause) && 'code' in cause ? String(cause.code) : 'unknown';
    throw new StartError(`The file that the database URL names as ${name}, ${path}, cannot be read: ${code}.`, {
      cause,
    });
  }
}

/** @throws StartError for a file without a certificate: Node would trust other CAs in its place */
function rootOf(parameters: DatabaseUrl['parameters']): string | undefined {
  if (parameters.get('sslrootcert') === 'system') return getCACertificates('system').join('\n');
  const text = fileOf(parameters, 'sslrootcert');
  if (text !== undefined && !isCertificate(text)) {
    throw new StartError(
      `The file that the database URL names as sslrootcert, ${parameters.get('sslrootcert')}, holds no certificate in PEM format.`,
    );
  }
  return text;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

/** @throws StartError where Node cannot use a client's certificate and key; that they do not fit shows here, too */
function checkClientCertificate(options: ConnectionOptions): void {
  try {
    createSecureContext({ cert: options.cert, key: options.key, passphrase: options.passphrase });
  } catch (cause) {
    const reason = isNativeError(cause) ? cause.message : String(cause);
    throw new StartError(
      `The client certificate of the database URL cannot be used: ${reason}. Look at sslcert, sslkey and sslpassword.`,
      { cause },
    );
  }
}

/** libpq's default is TLS 1.2, too. */
function minVersionOf(parameters: DatabaseUrl['parameters']): SecureVersion {
  const given = parameters.get('ssl_min_protocol_version');
  return TLS_VERSIONS.find((version) => version === given) ?? 'TLSv1.2';
}

/**
 * The TLS that a database URL asks for, by libpq's rules. A Unix socket has none.
 * @throws StartError when a certificate or key cannot be read
 * @see https://www.postgresql.org/docs/18/libpq-ssl.html
 */
export function tlsOf({ host, sslMode, parameters }: DatabaseUrl): Tls {
  if (host.startsWith('/') || sslMode === 'disable') return NONE;
  const ca = rootOf(parameters);
  const cert = fileOf(parameters, 'sslcert');
  const key = fileOf(parameters, 'sslkey');
  const passphrase = parameters.get('sslpassword');
  const hasRoot = ca !== undefined;
  const isVerified = sslMode === 'verify-full' || sslMode === 'verify-ca' || (sslMode === 'require' && hasRoot);
  if (cert !== undefined) checkClientCertificate({ cert, key, passphrase });
  return {
    isOptional: sslMode === 'prefer' || sslMode === 'allow',
    options: {
      // For an address: pg names the server to Node only where it has a name, and Node would look for "localhost" then.
      host,
      minVersion: minVersionOf(parameters),
      rejectUnauthorized: isVerified,
      ...(hasRoot && { ca }),
      ...(cert !== undefined && { cert, key }),
      ...(passphrase !== undefined && { passphrase }),
      ...(sslMode !== 'verify-full' && { checkServerIdentity: () => undefined }),
    },
  };
}
