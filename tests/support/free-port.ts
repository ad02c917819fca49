import getPort from 'get-port';

/** A free port of 127.0.0.1, not given to anybody else in this process within the next half minute. */
export async function freePort(): Promise<number> {
  return getPort({ host: '127.0.0.1' });
}
