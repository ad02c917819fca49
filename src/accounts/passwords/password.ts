import { argon2id, hash, verify } from 'argon2';
import { RateLimitedError } from '../../common/errors.js';
import { BoundedLimiter } from '../../common/bounded-limiter.js';

/** OWASP's first choice for argon2id, and the floor that docs/hardening.md sets. */
const PARAMETERS = { type: argon2id, memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 } as const;

/** Concurrency of hashing: each takes 19 MiB and one of libuv's four threads, and must not exhaust either. */
const MAX_CONCURRENT_HASHES = 2;

/** Maximum length of the queue: beyond it people would give up waiting, and each queued request takes memory. */
const MAX_WAITING_HASHES = 200;
/** Maximum share of one network: the rest is left to others during a flood. */
const MAX_WAITING_HASHES_PER_NETWORK = MAX_WAITING_HASHES / 2;
const RETRY_AFTER_SECONDS = 5;

const limiter = new BoundedLimiter({
  concurrency: MAX_CONCURRENT_HASHES,
  maxQueued: MAX_WAITING_HASHES,
  maxQueuedPerOwner: MAX_WAITING_HASHES_PER_NETWORK,
  refusal: () => new RateLimitedError(RETRY_AFTER_SECONDS),
});

/** Verified in place of an account that is not there, so that a wrong name costs the same time as a wrong password. */
let decoy: Promise<string> | undefined;

/**
 * Keyboards write the same character as one code point or as several. NFC makes one form of them (RFC 8265, OpaqueString).
 */
function normalised(password: string): string {
  return password.normalize('NFC');
}

/**
 * Argon2id in PHC form, with a salt of its own. Takes tens of milliseconds of CPU, off the event loop.
 * @param network where the request comes from (client-network.ts); null when no client asked
 * @throws RATE_LIMITED
 */
export async function hashPassword(password: string, network: string | null = null): Promise<string> {
  return limiter.run(async () => hash(normalised(password), PARAMETERS), network);
}

/**
 * Whether it is the password; with no hash (no such account) always false, after the same time.
 * @param network as for `hashPassword`
 * @throws RATE_LIMITED
 */
export async function verifyPassword(
  passwordHash: string | null,
  password: string,
  network: string | null = null,
): Promise<boolean> {
  // Not limited, as it is computed once: a refusal by the limiter would be cached for ever.
  decoy ??= hash('there is no such account', PARAMETERS);
  const against = passwordHash ?? (await decoy);
  const normal = normalised(password);
  const matches = await limiter.run(
    // As it was typed: hashes from before passwords were normalised are of that.
    async () => (await verify(against, normal)) || (normal !== password && (await verify(against, password))),
    network,
  );
  return passwordHash !== null && matches;
}
