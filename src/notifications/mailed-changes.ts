import { createHash } from 'node:crypto';
import { type FieldChange } from '../tickets/ticket-event.entity.js';

/** An item of a mail's content: a change of a field, or a text that is read when the mail is sent. */
export interface MailedChange extends FieldChange {
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

/** A row for each recipient keeps the changes: of a long text only a hash, which shows whether it was changed back. */
function kept(value: string | null): string | null {
  if (value === null || value.length <= MAX_KEPT_LENGTH) return value;
  return createHash('sha256').update(value).digest('base64');
}

/** The history's changes, as a mail keeps them. */
export function mailedChanges(changes: readonly FieldChange[], by: string | null): MailedChange[] {
  return changes.map(({ field, from, to }) => ({ field, from: kept(from), to: kept(to), by }));
}

export function mailedComment(commentId: string, by: string): MailedChange {
  return { field: COMMENT, from: null, to: commentId, by };
}

export function mailedTicketText(ticketId: string, by: string): MailedChange {
  return { field: TICKET_TEXT, from: null, to: ticketId, by };
}

/** The ids of the comments among the changes, each once. */
export function mailedCommentIds(changes: readonly MailedChange[]): string[] {
  return [...new Set(changes.flatMap(({ field, to }) => (field === COMMENT && to !== null ? [to] : [])))];
}

/**
 * What the recipient does not know yet: each field from its first value to its last, in the order of the first changes.
 * A field that is back at its first value drops out, also silently, and so does one that the recipient has changed
 * since. Comments and texts are not among them.
 */
export function mergedChanges(changes: readonly MailedChange[], recipientId: string): MailedChange[] {
  const merged = new Map<string, MailedChange>();
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
