import { type TicketPriority, type TicketType } from '../tickets/ticket.entity.js';
import { type Dictionaries, wordKey } from './vocabulary.js';

const TYPE_PREFIX = /^(?:type|kind)[:/ ] ?/;
const PRIORITY_PREFIX = /^(?:priority|prio|severity)[:/ ] ?/;
const PRIORITY_SUFFIX = / priority$/;

/**
 * What labels say of type and priority: `bug`, `kind/feature`, `priority: high`, `P1`. Labels that say neither are
 * passed over.
 */
export function readLabels(
  labels: readonly string[],
  { type, priority }: Dictionaries,
): { type?: TicketType; priority?: TicketPriority } {
  const found: { type?: TicketType; priority?: TicketPriority } = {};
  for (const label of labels) {
    const key = wordKey(label);
    const plain = key.replace(PRIORITY_PREFIX, '').replace(PRIORITY_SUFFIX, '');
    found.type ??= type.get(key.replace(TYPE_PREFIX, ''));
    found.priority ??= priority.get(plain);
  }
  return found;
}
