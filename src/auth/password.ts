import { argon2id, hash, verify } from 'argon2';

/** OWASP's first choice for argon2id, and the floor that hardening.md sets. */
const PARAMETERS = { type: argon2id, memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 } as const;

/** Verified in place of an account that is not there, so that a wrong name costs the same time as a wrong password. */
const decoy = hash('there is no such account', PARAMETERS);

/** Argon2id in PHC form, with a salt of its own. Takes tens of milliseconds of CPU, off the event loop. */
export async function hashPassword(password: string): Promise<string> {
  return hash(password, PARAMETERS);
}

/** Whether it is the password; with no hash (no such account) always false, after the same time. */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  const matches = await verify(passwordHash ?? (await decoy), password);
  return passwordHash !== null && matches;
}
