import { argon2id, hash, verify } from 'argon2';

/** OWASP's first choice for argon2id, and the floor that hardening.md sets. */
const PARAMETERS = { type: argon2id, memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 } as const;

/** Each takes 19 MiB and a thread of libuv's four: 100 sign-ins at once must take neither all memory nor all threads. */
const MOST_AT_ONCE = 2;

let running = 0;
const waiting: (() => void)[] = [];

/** Runs the work when fewer than MOST_AT_ONCE hashes are being made, in the order of asking. */
async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (running >= MOST_AT_ONCE) await new Promise<void>((resolve) => void waiting.push(resolve));
  else running += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    // The place is handed on; only when nobody waits does it become free.
    if (next) next();
    else running -= 1;
  }
}

/** Verified in place of an account that is not there, so that a wrong name costs the same time as a wrong password. */
let decoy: Promise<string> | undefined;

/** Argon2id in PHC form, with a salt of its own. Takes tens of milliseconds of CPU, off the event loop. */
export async function hashPassword(password: string): Promise<string> {
  return inTurn(async () => hash(password, PARAMETERS));
}

/** Whether it is the password; with no hash (no such account) always false, after the same time. */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  decoy ??= hashPassword('there is no such account');
  const against = passwordHash ?? (await decoy);
  const matches = await inTurn(async () => verify(against, password));
  return passwordHash !== null && matches;
}
