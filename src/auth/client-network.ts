import ipaddr from 'ipaddr.js';

/** One customer of a provider has at least a whole /64 of IPv6 addresses (RFC 6177), and may use any of them. */
const IPV6_PREFIX_PARTS = 4;

/**
 * What limits by address count by: an IPv4 address, or the /64 of an IPv6 one. An IPv4 address inside IPv6 is the IPv4
 * address. What is no address stands for itself.
 */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString();
  const prefix = parsed.parts.slice(0, IPV6_PREFIX_PARTS).map((part) => part.toString(16));
  return `${prefix.join(':')}::/64`;
}
