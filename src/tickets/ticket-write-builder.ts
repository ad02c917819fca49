import { type Row } from '../database/row.js';
import { mailedTicketText } from '../notifications/mailed-changes.js';
import { changesOf, differing } from './ticket-changes.js';
import { type FieldChange, TicketEventKind } from './ticket-event.entity.js';
import { mailsOfAssignment, mailsOfChanges, NO_MAILS, silenced, withMentioned, withQueue } from './ticket-mails.js';
import { type MentionedUsers, type TicketMails, type TicketSnapshot, type TicketWrite } from './ticket-write.js';
import { isActive, type Ticket, TicketStatus } from './ticket.entity.js';
import { type TicketValues } from './ticket.fields.js';

export function isStatus(value: unknown): value is TicketStatus {
  return Object.values<unknown>(TicketStatus).includes(value);
}

/** The values that a change writes, with `closedAt` as the status needs it; null when nothing changes. */
export function changeOf(
  ticket: Row<Ticket>,
  given: TicketValues,
  at: string,
): { readonly values: TicketValues; readonly changes: readonly FieldChange[] } | null {
  const values = differing(ticket, given);
  const changes = changesOf(ticket, values);
  if (changes.length === 0) return null;
  const { status } = values;
  const closing = isStatus(status) ? { closedAt: isActive(status) ? null : at } : {};
  return { values: { ...values, ...closing, updatedAt: at }, changes };
}

/**
 * The write for new values of a ticket, with what follows from them: `closedAt`, the event and the mails.
 * @param notified false for a silent change
 */
export function buildChange(
  actorId: string,
  snapshot: TicketSnapshot,
  given: TicketValues,
  at: string,
  { notified = true, naming = null }: { readonly notified?: boolean; readonly naming?: MentionedUsers | null } = {},
): TicketWrite | null {
  const { ticket } = snapshot;
  const change = changeOf(ticket, given, at);
  if (change === null) return null;
  const { values, changes } = change;
  const status = isStatus(values.status) ? values.status : ticket.status;
  const assignedToId = typeof values.assignedToId === 'string' ? values.assignedToId : null;
  const after = {
    status,
    actorId,
    assignedToId: values.assignedToId === undefined ? ticket.assignedToId : assignedToId,
  };
  const mails =
    values.assignedToId === undefined
      ? mailsOfChanges(changes, actorId)
      : mailsOfAssignment({ status, assignedToId, actorId }, changes);
  return buildWrite(snapshot, {
    ...change,
    actorId,
    at,
    kind: TicketEventKind.CHANGED,
    mails: withTextMentions(withQueue(mails, ticket, after), ticket.id, actorId, naming),
    mentions: mentionsOf(naming),
    notified,
  });
}

/** The mails, and those to the people whom title or description name for the first time. */
export function withTextMentions(
  mails: TicketMails,
  ticketId: string,
  actorId: string,
  naming: MentionedUsers | null,
): TicketMails {
  if (naming === null) return mails;
  return withMentioned(mails, { ids: naming.added, change: mailedTicketText(ticketId, actorId), internal: false });
}

/** Whom title and description name. */
export function mentionsOf(naming: MentionedUsers | null): TicketWrite['mentions'] {
  return naming && { commentId: null, userIds: naming.all, internal: false };
}

interface Decision
  extends Pick<TicketWrite, 'actorId' | 'at' | 'values'>, Partial<Pick<TicketWrite, 'mails' | 'mentions'>> {
  /** Null when nothing is recorded. */
  readonly kind: TicketEventKind | null;
  readonly changes?: readonly FieldChange[];
  readonly commentId?: string;
  /** Default true. */
  readonly notified?: boolean;
}

/** Builds a write, as the store takes it. */
export function buildWrite({ ticket, revision }: TicketSnapshot, decision: Decision): TicketWrite {
  const { kind, changes = [], commentId = null, mails = NO_MAILS, mentions = null, ...others } = decision;
  const { notified = true, ...rest } = others;
  const { createdById, assignedToId, productId } = { ...ticket, ...references(rest.values) };
  return {
    ticketId: ticket.id,
    revision,
    event: kind && { kind, changes, commentId, notified },
    mails: notified ? mails : silenced(mails),
    mentions,
    people: { createdById, assignedToId, productId },
    ...rest,
  };
}

/** The new values of the references that decide who gets mails. */
function references(values: TicketValues | null): Partial<Pick<TicketWrite['people'], 'assignedToId' | 'productId'>> {
  return Object.fromEntries(
    (['assignedToId', 'productId'] as const).flatMap((column) => {
      const value = values?.[column];
      return value === null || typeof value === 'string' ? [[column, value]] : [];
    }),
  );
}
