import {
  type NotificationCancelReason,
  type NotificationKind,
  type NotificationReason,
} from '../notifications/notification.entity.js';
import { type MailedChange } from '../notifications/mailed-changes.js';
import { type Row } from '../database/row.js';
import { type TicketValues } from './ticket.fields.js';
import { type FieldChange, type TicketEventKind } from './ticket-event.entity.js';
import { type Ticket } from './ticket.entity.js';

/** A ticket as it was loaded, with everything that a command needs to decide. */
export interface TicketSnapshot {
  readonly ticket: Row<Ticket>;
  /** PostgreSQL's `xmin`, which changes with each write to the row, also one by hand. */
  readonly revision: string;
}

/** Who gets a mail. PostgreSQL finds out who they are when the write is saved (ticket-audience.ts). */
export type Audience =
  /** These people, for this reason. */
  | { readonly to: 'named'; readonly ids: readonly string[]; readonly reason: NotificationReason | null }
  /** Creator, assignee, watchers, commenters and those who were mentioned before. */
  | { readonly to: 'concerned' }
  /** The owner of the ticket's product, or those who may assign tickets. */
  | { readonly to: 'queue' };

/**
 * Mails of one kind about a write. Nobody gets one who did it, wants none of this kind or may not see the ticket. For
 * a recipient who has a pending one of this kind, that one is extended.
 */
export interface EnqueuedMails {
  readonly kind: NotificationKind;
  readonly audience: Audience;
  readonly changes: readonly MailedChange[];
  /** The author of the changes; null for several people. Default: the actor of the write. */
  readonly actorId?: string | null;
  /** Whether the mail is about an internal comment: only those who may read it get it. */
  readonly internal?: boolean;
  /**
   * Of a change of assignee: the new one is notified only if something else concerns them, and not if they get an
   * ASSIGNED mail.
   */
  readonly reassigned?: { readonly assignedId: string | null };
  /** Whether no mail is enqueued, and the changes are only added to pending ones of this kind. */
  readonly amendsOnly?: boolean;
  /** Whether the actor may be a recipient: the mail waited before. */
  readonly toActor?: boolean;
}

/** The effect of a write on the ticket's mails. */
export interface TicketMails {
  /** At most one element of a kind and recipient. */
  readonly enqueued: readonly EnqueuedMails[];
  /** The kinds of mails about the ticket that wait no longer, and why. */
  readonly cancels: Readonly<Partial<Record<NotificationKind, NotificationCancelReason>>>;
}

/** The people whom a text names, and those of them whom it did not name before. */
export interface MentionedUsers {
  readonly all: readonly string[];
  readonly added: readonly string[];
}

/** Whom a text names, all of them: who was named before and is not any more is forgotten. */
export interface TicketMentions {
  /** Null for title and description. */
  readonly commentId: string | null;
  readonly userIds: readonly string[];
  readonly internal: boolean;
}

/** The decision of a command: new values, event and mails, written atomically. */
export interface TicketWrite {
  readonly ticketId: string;
  /** Of the snapshot; null for a new ticket. */
  readonly revision: string | null;
  /** Null when the ticket's row is not changed, its version included. */
  readonly values: TicketValues | null;
  /** Null when nothing is recorded: a comment was edited. */
  readonly event: {
    readonly kind: TicketEventKind;
    readonly changes: readonly FieldChange[];
    readonly commentId: string | null;
    /** False for a silent write, which enqueues no mail. */
    readonly notified: boolean;
  } | null;
  readonly mails: TicketMails;
  /** Null when no text names anybody. */
  readonly mentions: TicketMentions | null;
  /** The ticket's people and product after the write: they decide who gets mails. */
  readonly people: Pick<Row<Ticket>, 'createdById' | 'assignedToId' | 'productId'>;
  /** Null for a change that the system made. */
  readonly actorId: string | null;
  /** When it happens, ISO 8601. */
  readonly at: string;
  /** When its mails become pending; default `at`. */
  readonly notifiedAt?: string;
}
