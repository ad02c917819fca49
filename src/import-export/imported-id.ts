import { v5 } from 'uuid';
import { isId } from '../common/id.js';

/** Any UUID, the same for ever: it keeps our names apart from everybody else's (RFC 9562, section 6.6). */
const NAMESPACE = '6f0a3c1e-8d0b-4c53-9a7e-2f4f9d1b7c60';

/**
 * The id of an imported ticket: always the same for the same source and external id, so that a second run of an import
 * finds what the first one made.
 * @param keep takes an external id that is a UUID as it is: Docket's own export
 */
export function importedId(source: string, externalId: string, keep: boolean): string {
  if (keep && isId(externalId)) return externalId.toLowerCase();
  return v5(JSON.stringify([source, externalId]), NAMESPACE);
}

/** The id of a part of an imported ticket, such as its third comment. */
export function partId(ticketId: string, part: string): string {
  return v5(part, ticketId);
}
