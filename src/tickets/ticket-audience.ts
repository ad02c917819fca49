import { type RawBuilder, sql } from 'kysely';

/** SQL expressions for the people of a ticket. */
export interface TicketPeople {
  readonly createdById: RawBuilder<unknown>;
  readonly assignedToId: RawBuilder<unknown>;
}

/**
 * Whether a user under `user`, with a role under `role`, may see a live ticket of these people: `ticketVisibility` for a
 * recipient. The role of an account whose address is not confirmed does not count. Null counts as false.
 */
export function seesTicketOf(user: string, role: string, people: TicketPeople): RawBuilder<boolean> {
  const column = (name: string) => sql.ref(`${user}.${name}`);
  return sql`${column('may_view_tickets')} and (
    (${sql.ref(`${role}.can_view_all`)} and ${column('email_confirmed')})
    or ${column('id')} = ${people.createdById} or ${column('id')} = ${people.assignedToId})`;
}

/** Whether such a user may read internal comments: `canUseInternalComments` for a recipient. */
export function readsInternalComments(user: string, role: string): RawBuilder<boolean> {
  return sql`(${sql.ref(`${role}.can_manage_tickets`)} and ${sql.ref(`${user}.email_confirmed`)})`;
}

/**
 * A query for everybody whom a ticket concerns, by `user_id`, with a row for each `reason`; null for no assignee.
 * Whether they may see the ticket, and whether they ignore it, is not asked.
 * @param internalToo whether what was written internally counts too: if not, the query reveals no internal comment
 */
export function concernedBy(
  ticketId: RawBuilder<unknown>,
  { createdById, assignedToId }: TicketPeople,
  internalToo: RawBuilder<boolean> = sql`true`,
): RawBuilder<unknown> {
  return sql`
    select ${assignedToId} as user_id, 'ASSIGNEE'::notification_reason as reason
    union all select ${createdById}, 'CREATOR'
    union all select w.user_id, 'WATCHER' from ticket_watch w where w.ticket_id = ${ticketId} and w.state = 'WATCHING'
    union all select c.author_id, 'COMMENTER' from comment c
      where c.ticket_id = ${ticketId} and c.deleted_at is null and (${internalToo} or not c.internal)
    union all select e.user_id, 'MENTIONED' from ticket_mention e left join comment c on c.id = e.comment_id
      where e.ticket_id = ${ticketId}
        and (e.comment_id is null or (c.deleted_at is null and (${internalToo} or not c.internal)))`;
}

/** Whether a user ignores a ticket. */
export function ignoresTicket(userId: RawBuilder<unknown>, ticketId: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql`exists (select from ticket_watch w
    where w.ticket_id = ${ticketId} and w.user_id = ${userId} and w.state = 'IGNORED')`;
}

/** Whether a user is in the queue (`queueOf`). */
export function isInQueueOf(
  userId: RawBuilder<unknown>,
  productId: RawBuilder<unknown>,
  people: TicketPeople,
  exceptId: RawBuilder<unknown>,
): RawBuilder<boolean> {
  return sql`exists (select from (${queueOf(productId, people, exceptId)}) q where q.id = ${userId})`;
}

/**
 * A query for the queue, by `id` and `reason`: those who are to assign a new ticket. That is the owner of its product,
 * if that address is an account that may see the ticket and wants such mails, or else everybody who may assign it.
 * @param exceptId who caused it; null for nobody
 */
export function queueOf(
  productId: RawBuilder<unknown>,
  people: TicketPeople,
  exceptId: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const wanted = sql`u.deleted_at is null and u.email_confirmed and u.queue_emails and u.id is distinct from ${exceptId}
    and ${seesTicketOf('u', 'r', people)}`;
  const owner = sql`
    select u.id, 'PRODUCT_OWNER'::notification_reason as reason
    from product p join "user" u on u.email = p.owner_email join role r on r.id = u.role_id
    where p.id = ${productId} and ${wanted}`;
  // offset 0: users are read by the index on role_id, only for roles that may assign; merged into the join, PostgreSQL may read all users.
  return sql`
    ${owner}
    union all
    select u.id, 'QUEUE' from role r cross join lateral (select * from "user" where role_id = r.id offset 0) u
    where not exists (${owner}) and r.can_assign_tickets and u.may_edit_tickets and ${wanted}`;
}
