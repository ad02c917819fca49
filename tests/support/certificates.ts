import { execFile } from 'node:child_process';
import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Account } from '../../src/database/embedded/command.js';

const run = promisify(execFile);

/** Paths of a CA's certificate, and of what it signed for a server and for a client. */
export interface Certificates {
  readonly ca: string;
  readonly serverCert: string;
  readonly serverKey: string;
  readonly clientCert: string;
  readonly clientKey: string;
  /** The client's key once more, with a password. */
  readonly lockedKey: string;
}

export const KEY_PASSWORD = 'the password of a key';

async function openssl(...words: string[]): Promise<void> {
  await run('openssl', words);
}

/**
 * Makes a CA of its own and certificates by it.
 * @param names of the server, such as DNS:localhost
 * @param client the common name of the client's certificate
 */
export async function makeCertificates(
  folder: string,
  names: string,
  client: string,
  account?: Account,
): Promise<Certificates> {
  const at = (name: string) => join(folder, name);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.crt'),
    '-days',
    '2',
    '-subj',
    '/CN=a CA of the tests',
  );
  for (const [name, subject, extension] of [
    ['server', '/CN=a server of the tests', `subjectAltName=${names}`],
    ['client', `/CN=${client}`, 'extendedKeyUsage=clientAuth'],
  ] as const) {
    await openssl('req', '-new', ...newKey, '-keyout', at(`${name}.key`), '-out', at(`${name}.csr`), '-subj', subject);
    await writeFile(at(`${name}.ext`), extension);
    const signed = [
      '-CA',
      at('ca.crt'),
      '-CAkey',
      at('ca.key'),
      '-CAcreateserial',
      '-days',
      '2',
      '-extfile',
      at(`${name}.ext`),
    ];
    await openssl('x509', '-req', '-in', at(`${name}.csr`), '-out', at(`${name}.crt`), ...signed);
  }
  await openssl('ec', '-in', at('client.key'), '-out', at('locked.key'), '-aes256', '-passout', `pass:${KEY_PASSWORD}`);
  // PostgreSQL refuses a key that others may read.
  if (account) await chown(at('server.key'), account.uid, account.gid);
  return {
    ca: at('ca.crt'),
    serverCert: at('server.crt'),
    serverKey: at('server.key'),
    clientCert: at('client.crt'),
    clientKey: at('client.key'),
    lockedKey: at('locked.key'),
  };
}
