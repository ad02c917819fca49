import { LockMode } from '@mikro-orm/core';
import { type EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { Product } from '../products/product.entity.js';
import { User } from '../accounts/users/user.entity.js';
import { changesBetween, recordedFields } from './ticket-changes.js';
import { type FieldChange } from './ticket-event.entity.js';
import { Ticket } from './ticket.entity.js';

/**
 * Locks the assignee of a ticket against deletion, before the ticket itself is locked: that is the order in which a
 * deletion locks them.
 */
export async function lockAssigneeOf(em: EntityManager, ticketId: string): Promise<void> {
  await sql`select 1 from "user" where id = (select assigned_to_id from ticket where id = ${ticketId}) for share`.execute(
    em.getKysely<unknown>(),
  );
}

/**
 * Takes out of a ticket that comes back what went meanwhile: a deleted product or assignee, neither of which a live
 * ticket names; and an original that became a duplicate itself gives way to its own, so that there is no chain.
 * Gives what it changed.
 */
export async function repairReferences(em: EntityManager, ticket: Ticket): Promise<FieldChange[]> {
  const before = recordedFields(ticket);
  if (ticket.product) {
    const lockMode = LockMode.PESSIMISTIC_READ;
    const product = await em.findOne(Product, { id: ticket.product.id, deletedAt: null }, { lockMode });
    if (product === null) ticket.product = null;
  }
  if (ticket.assignedTo) {
    const assignee = await em.findOne(User, { id: ticket.assignedTo.id, deletedAt: null });
    if (assignee === null) ticket.assignedTo = null;
  }
  if (ticket.duplicateOf) {
    const original = await em.findOneOrFail(Ticket, { id: ticket.duplicateOf.id });
    if (original.duplicateOf && original.duplicateOf.id !== ticket.id) ticket.duplicateOf = original.duplicateOf;
  }
  return changesBetween(before, recordedFields(ticket));
}
