import { type Viewer } from '../accounts/viewer.js';
import { type Clock } from '../common/clock.js';
import { newId } from '../common/id.js';
import { type Db } from '../database/db.js';
import { type Writes } from '../database/writes.js';
import { NotificationKind } from '../notifications/notification.entity.js';
import { type NotificationService, type UpdateMail, updateMail } from '../notifications/notification.service.js';
import { withTraceparent } from '../notifications/traceparents.js';
import { currentTraceparent } from '../observability/tracing/tracing.js';
import { type ChangedFields, ChangedTickets } from './changed-tickets.js';
import { type NewEvent, type NewTicket, NewTickets } from './new-tickets.js';
import { type ReadTicket, ReadTickets, type WaitingMail } from './read-tickets.js';
import { type FieldChange, TicketEventKind } from './ticket-event.entity.js';
import { type UserRef } from './ticket.inputs.js';
import { type TicketRow } from './ticket.reader.js';

/** What was written, and the mails that are owed now. */
export interface Written {
  readonly ticket: TicketRow;
  readonly pending: readonly { readonly id: string; readonly sendAt: Date }[];
}

function merge({ into, changes, keepsActor }: UpdateMail<WaitingMail> & { readonly does: 'merge' }, at: string) {
  const isTold = changes.length > 0;
  return { id: into.id, changes, keepsActor, traceparent: currentTraceparent(), cancelledAt: isTold ? null : at };
}

/**
 * Writes the commonest changes in one statement each, with their events and mails, and without the unit of work (docs/
 * decisions/0080-direct-writes.md). Nothing is written when what they stand on is not so, or not so any more: the caller
 * then goes the long way, which locks, and says what is wrong.
 */
export class TicketWriter {
  readonly #clock: Clock;
  readonly #notifications: NotificationService;
  readonly #newTickets: NewTickets;
  readonly #readTickets: ReadTickets;
  readonly #changedTickets: ChangedTickets;

  constructor(deps: { db: Db; writes: Writes; clock: Clock; notifications: NotificationService }) {
    this.#clock = deps.clock;
    this.#notifications = deps.notifications;
    this.#newTickets = new NewTickets(deps.db, deps.writes);
    this.#readTickets = new ReadTickets(deps.db);
    this.#changedTickets = new ChangedTickets(deps.db, deps.writes);
  }

  /**
   * Creates a ticket with its event, and the mail to the assignee. Null, and nothing is written, when there is no such
   * product or user, or the id is in use. Product and assignee are locked against deletion.
   * @param assignee names a user by exactly one thing, an id being a UUID
   */
  async create(viewer: Viewer, values: NewTicket['ticket'], assignee: UserRef | null): Promise<Written | null> {
    const { id, createdAt } = values;
    const mail = { id: newId(), sendAt: this.#notifications.dueAfter(new Date(createdAt)) };
    const created = await this.#newTickets.create({
      ticket: values,
      assignee,
      event: this.#event(viewer, id, TicketEventKind.CREATED, [], createdAt),
      mail: this.#mail(viewer, mail, id, NotificationKind.ASSIGNED, [], createdAt),
    });
    return created && { ticket: created.ticket, pending: created.owesMail ? [mail] : [] };
  }

  /** A ticket, deleted or not, with what a change of its own fields is decided on. Nothing is locked. */
  async read(id: string): Promise<ReadTicket | null> {
    return this.#readTickets.read(id.toLowerCase());
  }

  /**
   * Changes own fields of a ticket, with the event, and the mail to the assignee. Null, and nothing is written, when the
   * ticket or one of the mails is not any more what was read, or is locked by somebody.
   * @param changes what differs from what was read: at least one field
   */
  async change(
    viewer: Viewer,
    read: ReadTicket,
    fields: ChangedFields,
    changes: readonly FieldChange[],
  ): Promise<Written | null> {
    const now = this.#clock.now();
    const at = now.toISOString();
    const decided = this.#decide(viewer, read, changes);
    const notified = decided.does === 'owe' && read.tellsAssignee === true ? read.assignedToId : null;
    const mail = { id: newId(), sendAt: this.#notifications.dueAfter(now) };
    const update = this.#mail(viewer, mail, read.id, NotificationKind.UPDATED, changes, at);
    const ticket = await this.#changedTickets.change({
      id: read.id,
      revision: read.revision,
      fields,
      updatedAt: at,
      event: this.#event(viewer, read.id, TicketEventKind.CHANGED, changes, at),
      held: decided.does === 'merge' ? [...decided.holds, decided.into] : decided.holds,
      pending: notified === null ? null : { ...update, recipientId: notified },
      merged: decided.does === 'merge' ? merge(decided, at) : null,
    });
    return ticket && { ticket, pending: notified === null ? [] : [mail] };
  }

  #decide(
    viewer: Viewer,
    { assignedToId, unclaimed }: ReadTicket,
    changes: readonly FieldChange[],
  ): UpdateMail<WaitingMail> {
    if (assignedToId === null) return { does: 'nothing', holds: [] };
    return updateMail(unclaimed ?? [], changes, {
      isAssignee: viewer.id === assignedToId,
      isActorOf: ({ actorId }) => actorId === viewer.id,
    });
  }

  #event(
    viewer: Viewer,
    ticketId: string,
    kind: TicketEventKind,
    changes: readonly FieldChange[],
    at: string,
  ): NewEvent {
    return { id: newId(), kind, ticketId, actorId: viewer.id, changes: [...changes], createdAt: at };
  }

  #mail(
    viewer: Viewer,
    { id, sendAt }: { readonly id: string; readonly sendAt: Date },
    ticketId: string,
    kind: NotificationKind,
    changes: readonly FieldChange[],
    at: string,
  ): NewTicket['mail'] {
    return {
      id,
      kind,
      ticketId,
      actorId: viewer.id,
      changes: [...changes],
      createdAt: at,
      sendAt: sendAt.toISOString(),
      traceparents: withTraceparent(null),
    };
  }
}
