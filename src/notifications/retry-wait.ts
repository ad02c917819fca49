const FIRST_WAIT_MS = 60_000;
const MAX_WAIT_MS = 3_600_000;
const GIVE_UP_AFTER_MS = 86_400_000;

function waitAfter(attempt: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), MAX_WAIT_MS);
}

/**
 * How long to wait after a temporary refusal, in milliseconds: 1, 2, 4, … minutes, an hour at most. Null when the waits
 * add up to a day: the mail is given up. Counted by attempts and not by the time since the mail was due, so that after
 * days of downtime a mail is still retried for a day.
 * @param attempts how often it has been tried, from 1
 */
export function retryWait(attempts: number): number | null {
  let waited = 0;
  for (let attempt = 1; attempt <= attempts && waited <= GIVE_UP_AFTER_MS; attempt += 1) waited += waitAfter(attempt);
  return waited > GIVE_UP_AFTER_MS ? null : waitAfter(attempts);
}
