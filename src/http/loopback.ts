const LOOPBACK = /^(localhost|127(\.\d+){3}|\[?::1\]?|::ffff:127(\.\d+){3})$/i;

/** Whether a host or an address is this machine, seen from this machine. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}
