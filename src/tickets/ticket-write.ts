import { type Row } from '../database/row.js';
import {
  type Notification,
  type NotificationCancelReason,
  type NotificationKind,
} from '../notifications/notification.entity.js';
import { type TicketValues } from './ticket.fields.js';
import { type FieldChange, type TicketEventKind } from './ticket-event.entity.js';
import { type Ticket } from './ticket.entity.js';

/** A mail that is scheduled for the ticket's assignee, and that no worker has claimed yet. */
export interface WaitingMail extends Pick<Row<Notification>, 'id' | 'kind' | 'actorId'> {
  readonly changes: readonly FieldChange[];
  /** PostgreSQL's `xmin`, which changes with each write to the row. */
  readonly revision: string;
}

/** A ticket as it was loaded, with everything that a command needs to decide. */
export interface TicketSnapshot {
  readonly ticket: Row<Ticket>;
  /** PostgreSQL's `xmin`, which changes with each write to the row, also one by hand. */
  readonly revision: string;
  readonly waiting: readonly WaitingMail[];
}

/** The effect of a write on the ticket's mails. */
export interface TicketMails {
  /** Mails that the decision depends on: nothing is written unless they are unchanged. */
  readonly holds: readonly Pick<WaitingMail, 'id' | 'revision'>[];
  /** A new mail; skipped if its recipient has turned off this kind. */
  readonly pending: {
    readonly kind: NotificationKind;
    readonly recipientId: string;
    readonly changes: readonly FieldChange[];
    /** The author of the changes; null for several people. Default: the actor of the write. */
    readonly actorId?: string | null;
  } | null;
  /** New content of a pending mail. */
  readonly merged: {
    readonly id: string;
    /** The merged changes; the mail is cancelled when none are left. */
    readonly changes: readonly FieldChange[];
    /** Whether all changes are by one person. */
    readonly keepsActor: boolean;
  } | null;
  /** Cancels all other pending mails of the ticket. */
  readonly cancels: NotificationCancelReason | null;
}

/** The decision of a command: new values, event and mails, written atomically. */
export interface TicketWrite {
  readonly ticketId: string;
  /** Of the snapshot; null for a new ticket. */
  readonly revision: string | null;
  /** Null when the ticket's row is not changed, its version included. */
  readonly values: TicketValues | null;
  readonly event: {
    readonly kind: TicketEventKind;
    readonly changes: readonly FieldChange[];
    readonly commentId: string | null;
    /** False for a silent write, which enqueues no mail. */
    readonly notified: boolean;
  };
  readonly mails: TicketMails;
  /** Null for a change that the system made. */
  readonly actorId: string | null;
  /** When it happens, ISO 8601. */
  readonly at: string;
  /** When its mail becomes pending; default `at`. */
  readonly notifiedAt?: string;
}
