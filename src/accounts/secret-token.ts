import { createHash, randomBytes } from 'node:crypto';

/** 256 bits: beyond guessing, so that its hash needs no salt. */
const SECRET_BYTES = 32;

/** A new secret for a person, and its hash for the database. */
export function newSecret(): { secret: string; hash: string } {
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  return { secret, hash: hashSecret(secret) };
}

/** What the column `token.hash` holds for a secret. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
