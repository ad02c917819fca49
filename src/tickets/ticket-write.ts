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
  /** PostgreSQL's `xmin`: another one after each write to the row. */
  readonly revision: string;
}

/** A ticket as it was read, with all that a command decides on. */
export interface TicketSnapshot {
  readonly ticket: Row<Ticket>;
  /** PostgreSQL's `xmin`: another one after each write to the row, also by hand. */
  readonly revision: string;
  readonly waiting: readonly WaitingMail[];
}

/** What becomes of the mails about a ticket with a change of it. */
export interface TicketMails {
  /** Mails that the decision was based on: nothing is written unless they are still what they were. */
  readonly holds: readonly Pick<WaitingMail, 'id' | 'revision'>[];
  /** A new mail, which is left out if its recipient wants none of this kind. */
  readonly pending: {
    readonly kind: NotificationKind;
    readonly recipientId: string;
    readonly changes: readonly FieldChange[];
    /** Who did what it tells: null for several people. By default whoever makes the write. */
    readonly actorId?: string | null;
  } | null;
  /** New content of a mail that waits. */
  readonly merged: {
    readonly id: string;
    /** What it tells now; it is cancelled when nothing is left. */
    readonly changes: readonly FieldChange[];
    /** Whether it is still one person's. */
    readonly keepsActor: boolean;
  } | null;
  /** Cancels all other mails that wait for the ticket. */
  readonly cancels: NotificationCancelReason | null;
}

/** What a command has decided: a ticket's new values, the event and the mails, written together or not at all. */
export interface TicketWrite {
  readonly ticketId: string;
  /** Of the snapshot; null for a new ticket. */
  readonly revision: string | null;
  /** Null when the ticket itself stays as it is, version and all. */
  readonly values: TicketValues | null;
  readonly event: {
    readonly kind: TicketEventKind;
    readonly changes: readonly FieldChange[];
    readonly commentId: string | null;
  };
  readonly mails: TicketMails;
  readonly actorId: string;
  /** When it happens, ISO 8601. */
  readonly at: string;
  /** When its mail becomes pending, if that is not when it happens. */
  readonly notifiedAt?: string;
}
