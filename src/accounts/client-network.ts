import ipaddr from 'ipaddr.js';

/** One customer of a provider has at least a whole /64 of IPv6 addresses (RFC 6177), and may use any of them. */
const IPV6_PREFIX_PARTS = 4;

const WITH_PORT = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+):\d+)$/;
const UNKNOWN = 'unknown';

/**
 * What limits by address count by: an IPv4 address, or the /64 of an IPv6 one. An IPv4 address inside IPv6 is the IPv4
 * address. A port, which some proxies append, is ignored. Everything that is not an address counts as one network.
 */
export function networkOf(address: string): string {
  const [, v6, v4] = WITH_PORT.exec(address) ?? [];
  const host = v6 ?? v4 ?? address;
  if (!ipaddr.isValid(host)) return UNKNOWN;
  const parsed = ipaddr.process(host);
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString();
  const prefix = parsed.parts.slice(0, IPV6_PREFIX_PARTS).map((part) => part.toString(16));
  return `${prefix.join(':')}::/64`;
}
