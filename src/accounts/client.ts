/** Where a request comes from, for the list of a person's sessions, and for limits. */
export interface Client {
  readonly ipAddress: string | null;
  /** What limits count by (client-network.ts). */
  readonly network: string | null;
  readonly userAgent: string | null;
}
