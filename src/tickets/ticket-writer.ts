import { sql } from 'kysely';
import { type Viewer } from '../auth/viewer.js';
import { type Clock } from '../clock.js';
import { newId } from '../database/id.js';
import { type Rows } from '../database/rows.js';
import { type Values, type Writes } from '../database/writes.js';
import { Notification, NotificationKind, NotificationStatus } from '../notifications/notification.entity.js';
import { type NotificationService, type UpdateMail, updateMail } from '../notifications/notification.service.js';
import { appendedTraceparent, withTraceparent } from '../notifications/traceparents.js';
import { type NewTicket, NewTickets } from './new-tickets.js';
import { type FieldChange, TicketEvent, TicketEventKind } from './ticket-event.entity.js';
import { Ticket } from './ticket.entity.js';
import { type UserRef } from './ticket.inputs.js';
import { type TicketRow } from './ticket.reader.js';

/** A mail that waits for the ticket's assignee, and no worker has taken up. */
interface Waiting {
  readonly id: string;
  readonly kind: NotificationKind;
  readonly changes: readonly FieldChange[];
  readonly actorId: string | null;
  readonly revision: string;
}

/** A ticket as it was read, with all that a change of its own fields is decided on. */
export type ReadTicket = TicketRow & {
  /** Another one as soon as anything writes the row. */
  readonly revision: string;
  /** Whether the assignee lives, and wants mails about changes. */
  readonly tellsAssignee: boolean | null;
  readonly untried: readonly Waiting[];
};

/** What was written, and the mails that are owed now. */
export interface Written {
  readonly ticket: TicketRow;
  readonly owed: readonly { readonly id: string; readonly sendAt: Date }[];
}

/** PostgreSQL's codes for a statement that came too late: what it was decided on has changed. */
const TOO_LATE = new Set<unknown>(['40001', '23505']);

function cameTooLate(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && TOO_LATE.has(error.code);
}

/**
 * Writes the commonest changes in one statement each, with their events and mails, and without the unit of work (docs/
 * decisions/0080-direct-writes.md). Nothing is written when what they stand on is not so, or not so any more: the caller
 * then goes the long way, which locks, and says what is wrong.
 */
export class TicketWriter {
  readonly #rows: Rows;
  readonly #writes: Writes;
  readonly #clock: Clock;
  readonly #notifications: NotificationService;
  readonly #newTickets: NewTickets;

  constructor(deps: { rows: Rows; writes: Writes; clock: Clock; notifications: NotificationService }) {
    this.#rows = deps.rows;
    this.#writes = deps.writes;
    this.#clock = deps.clock;
    this.#notifications = deps.notifications;
    this.#newTickets = new NewTickets(deps.rows, deps.writes);
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
    return created && { ticket: created.ticket, owed: created.owesMail ? [mail] : [] };
  }

  /** A ticket, deleted or not, with what a change of its own fields is decided on. Nothing is locked. */
  async read(id: string): Promise<ReadTicket | null> {
    return this.#rows.first(sql<ReadTicket>`
      select ${this.#rows.columns(Ticket, 't')}, t.xmin::text as revision,
        a.update_emails and a.deleted_at is null as "tellsAssignee",
        array(
          select jsonb_build_object('id', n.id, 'kind', n.kind, 'changes', n.changes, 'actorId', n.actor_id, 'revision', n.xmin::text)
          from notification n
          where n.ticket_id = t.id and n.recipient_id = t.assigned_to_id
            and n.status = ${NotificationStatus.SCHEDULED} and n.claimed_until is null
        ) as untried
      from ticket t left join "user" a on a.id = t.assigned_to_id where t.id = ${id}`);
  }

  /**
   * Changes own fields of a ticket, with the event, and the mail to the assignee. Null, and nothing is written, when the
   * ticket or one of the mails is not any more what was read.
   */
  async change(
    viewer: Viewer,
    read: ReadTicket,
    values: Values<Ticket>,
    changes: readonly FieldChange[],
  ): Promise<Written | null> {
    const now = this.#clock.now();
    const at = now.toISOString();
    const assigneeId = read.assignedToId;
    const decided: UpdateMail<Waiting> =
      assigneeId === null
        ? { does: 'nothing', holds: [] }
        : updateMail(read.untried, changes, {
            isAssignee: viewer.id === assigneeId,
            isActorOf: ({ actorId }) => actorId === viewer.id,
          });
    const tells = decided.does === 'owe' && read.tellsAssignee === true ? assigneeId : null;
    const mail = { id: newId(), sendAt: this.#notifications.dueAfter(now) };
    const holds = decided.holds.length;
    const merges = decided.does === 'merge';
    const event = this.#event(viewer, read.id, TicketEventKind.CHANGED, changes, at);

    try {
      const ticket = await this.#rows.first(sql<TicketRow>`
        with written as (
          update ticket set ${this.#writes.set(Ticket, { ...values, updatedAt: at })}
          where id = ${read.id} and xmin = ${read.revision}::xid returning *
        ),
        event as (${this.#writes.insert(TicketEvent, event)} from written)
        ${tells !== null ? sql`, owed as (${this.#writes.insert(Notification, { ...this.#mail(viewer, mail, read.id, NotificationKind.UPDATED, changes, at), recipientId: tells })} from written)` : sql``}
        ${merges ? sql`, merged as (${this.#merge(decided, at)} returning n.id)` : sql``}
        ${holds > 0 ? sql`, held as (${this.#hold(decided.holds)})` : sql``}
        select ${this.#rows.columns(Ticket, 't')}
          ${merges ? sql`, must_hold(exists (select from merged))` : sql``}
          ${holds > 0 ? sql`, must_hold((select count(*) from held) = ${holds})` : sql``}
        from written t`);
      return ticket && { ticket, owed: tells === null ? [] : [mail] };
    } catch (error) {
      if (cameTooLate(error)) return null;
      throw error;
    }
  }

  #event(
    viewer: Viewer,
    ticketId: string,
    kind: TicketEventKind,
    changes: readonly FieldChange[],
    at: string,
  ): NewTicket['event'] {
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

  #merge({ into, changes, keepsActor }: UpdateMail<Waiting> & { does: 'merge' }, at: string) {
    const isTold = changes.length > 0;
    const values: Values<Notification> = {
      changes,
      traceparents: appendedTraceparent(sql`n.traceparents`),
      ...(!keepsActor && { actorId: null }),
      ...(!isTold && { status: NotificationStatus.CANCELLED, cancelledAt: at, cancelReason: null }),
    };
    return sql`update notification n set ${this.#writes.set(Notification, values)} from written
      where n.id = ${into.id} and n.xmin = ${into.revision}::xid`;
  }

  /** After the ticket's row, as everywhere (docs/decisions/0011-order-of-locks.md). */
  #hold(waiting: readonly Waiting[]) {
    const ids = waiting.map(({ id }) => id);
    const revisions = waiting.map(({ revision }) => revision);
    return sql`select n.id from written, notification n
      where (n.id, n.xmin::text) in (select * from unnest(${ids}::uuid[], ${revisions}::text[])) for update of n`;
  }
}
