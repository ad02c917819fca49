import { type FastifyRequest } from 'fastify';
import { type Client } from '../accounts/client.js';
import { networkOf } from '../accounts/client-network.js';

/** Who sends a request. */
export function clientOf({ ip, headers }: FastifyRequest): Client {
  return {
    ipAddress: ip,
    userAgent: headers['user-agent'] ?? null,
    // Computed for the few requests that are limited.
    get network() {
      return networkOf(ip);
    },
  };
}
