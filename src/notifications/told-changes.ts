import { createHash } from 'node:crypto';
import { type FieldChange } from '../tickets/ticket-event.entity.js';

/** Something that a mail tells: a change of a field, or a text that is read when the mail is sent. */
export interface ToldChange extends FieldChange {
  /** Who did it. Absent in rows written before authors were kept, and in digests. */
  readonly by?: string | null;
  /** Whether nobody is to hear of it: it only takes away what became untrue by it. */
  readonly silent?: boolean;
}

/** The field name of a comment; `to` is its id. */
export const COMMENT = 'comment';
/** The field name of a mention in title or description; `to` is the ticket's id. */
export const TICKET_TEXT = 'text';

/** Maximum length of a kept value: mails only say that longer ones changed. */
const MAX_KEPT_LENGTH = 1000;

/** A row for each recipient keeps the changes: of a long text only what tells whether it was changed back. */
function kept(value: string | null): string | null {
  if (value === null || value.length <= MAX_KEPT_LENGTH) return value;
  return createHash('sha256').update(value).digest('base64');
}

/** The history's changes, as a mail keeps them. */
export function toldChanges(changes: readonly FieldChange[], by: string | null): ToldChange[] {
  return changes.map(({ field, from, to }) => ({ field, from: kept(from), to: kept(to), by }));
}

export function toldComment(commentId: string, by: string): ToldChange {
  return { field: COMMENT, from: null, to: commentId, by };
}

export function toldTicketText(ticketId: string, by: string): ToldChange {
  return { field: TICKET_TEXT, from: null, to: ticketId, by };
}

/** The ids of the comments among the changes, each once. */
export function toldCommentIds(changes: readonly ToldChange[]): string[] {
  return [...new Set(changes.flatMap(({ field, to }) => (field === COMMENT && to !== null ? [to] : [])))];
}

/**
 * What the recipient does not know yet: each field from its first value to its last, in the order of the first changes.
 * A field that is back at its first value drops out, also silently, and so does one that the recipient has changed
 * since. Comments and texts are not among them.
 */
export function mergedChanges(changes: readonly ToldChange[], recipientId: string): ToldChange[] {
  const merged = new Map<string, ToldChange>();
  for (const change of changes) {
    const { field } = change;
    if (field === COMMENT || field === TICKET_TEXT) continue;
    if (change.by === recipientId) merged.delete(field);
    else if (change.silent === true) {
      if (merged.get(field)?.from === change.to) merged.delete(field);
    } else merged.set(field, { ...change, from: (merged.get(field) ?? change).from });
  }
  return [...merged.values()].filter(({ from, to }) => from !== to);
}
