import {
  calculateJwkThumbprint,
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JSONWebKeySet,
} from 'jose';
import { hkdfSync, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { StartError } from '../../common/start-error.js';

/** An Ed25519 private key as a JWK (RFC 8037). */
const privateKey = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), d: z.string() });
const privateKeys = z.array(privateKey).min(1);
type PrivateKey = z.infer<typeof privateKey>;

export interface SigningKeys {
  /** The newest: new tokens are signed with it. */
  readonly current: { readonly kid: string; readonly key: CryptoKey };
  /** The public halves of all, newest first (RFC 7517). A key's id is its thumbprint (RFC 7638), the same on every instance. */
  readonly jwks: JSONWebKeySet;
  /**
   * Secrets for another purpose than tokens, one of each key, newest first: the same on every instance that has the
   * same keys (HKDF, RFC 5869).
   */
  derive(purpose: string): readonly Uint8Array[];
}

const ALGORITHM = 'EdDSA';
const DERIVED_BYTES = 32;

function derived({ d }: PrivateKey, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', Buffer.from(d, 'base64url'), '', purpose, DERIVED_BYTES));
}

async function privateKeyOf(jwk: PrivateKey): Promise<CryptoKey> {
  const key = await importJWK(jwk, ALGORITHM);
  if (key instanceof Uint8Array) throw new Error('An Ed25519 key is not a secret of bytes');
  return key;
}

async function publicJwk({ kty, crv, x }: PrivateKey) {
  return { kty, crv, x, kid: await calculateJwkThumbprint({ kty, crv, x }), alg: ALGORITHM, use: 'sig' };
}

async function generateInto(file: string): Promise<string> {
  const { privateKey: key } = await generateKeyPair(ALGORITHM, { crv: 'Ed25519', extractable: true });
  const text = JSON.stringify([await exportJWK(key)]);
  // Not the process id: two containers that share the folder have the same.
  const temporary = `${file}.${randomUUID()}`;
  await writeFile(temporary, text, { mode: 0o600 });
  try {
    // Unlike a rename this never takes the place of keys that another process made in the same moment.
    await link(temporary, file);
  } catch {
    return await readFile(file, 'utf8');
  } finally {
    await rm(temporary, { force: true });
  }
  return text;
}

/** Where DATA_DIR keeps the keys. */
export function keyFileIn(dataDir: string): string {
  return join(dataDir, 'jwt-private-keys.json');
}

/** The keys kept in DATA_DIR; made at the first start. */
async function keysIn(dataDir: string): Promise<string> {
  const file = keyFileIn(dataDir);
  await mkdir(dataDir, { recursive: true });
  try {
    return await readFile(file, 'utf8');
  } catch {
    return generateInto(file);
  }
}

/**
 * @param text a JSON array of Ed25519 private JWKs, newest first
 * @param configured whether they stand in JWT_PRIVATE_KEYS, and not in DATA_DIR: for the message
 * @throws StartError that says what is wrong, without any key, when they are not such an array
 */
export function checkedKeys(text: string, configured: boolean): PrivateKey[] {
  const parsed = z
    .string()
    .transform((value, context) => {
      try {
        return JSON.parse(value) as unknown;
      } catch {
        context.addIssue('not JSON');
        return z.NEVER;
      }
    })
    .pipe(privateKeys)
    .safeParse(text);
  if (!parsed.success) {
    const where = configured ? 'JWT_PRIVATE_KEYS' : 'jwt-private-keys.json in DATA_DIR';
    throw new StartError(
      `${where} must be a JSON array of Ed25519 private keys as JWKs (kty OKP, crv Ed25519, x, d), newest first`,
    );
  }
  return parsed.data;
}

/**
 * @param configured the setting JWT_PRIVATE_KEYS; undefined: the keys kept in DATA_DIR
 * @throws StartError as `checkedKeys`
 */
export async function loadSigningKeys(configured: string | undefined, dataDir: string): Promise<SigningKeys> {
  const keys = checkedKeys(configured ?? (await keysIn(dataDir)), configured !== undefined);
  const publicKeys = await Promise.all(keys.map(publicJwk));
  const [newest] = keys;
  const [newestPublic] = publicKeys;
  if (!newest || !newestPublic) throw new Error('There is no signing key');
  return {
    current: { kid: newestPublic.kid, key: await privateKeyOf(newest) },
    jwks: { keys: publicKeys },
    derive: (purpose) => keys.map((key) => derived(key, purpose)),
  };
}
