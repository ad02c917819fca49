import { type EntityManager } from '@mikro-orm/postgresql';
import { type Clock } from '../common/clock.js';
import { NotificationService } from '../notifications/notification.service.js';
import { Ticket } from '../tickets/ticket.entity.js';
import { User } from '../accounts/users/user.entity.js';
import { type ReadyTicket } from './ready-ticket.js';

/**
 * Owes the assignees of active tickets the mail that a new ticket brings (`--send-mails`). No job is asked for: the
 * server's sweep finds the rows when they are due. Gives how many.
 */
export async function oweAssignmentMails(
  em: EntityManager,
  clock: Clock,
  delayMs: number,
  batch: readonly ReadyTicket[],
): Promise<number> {
  const notifications = new NotificationService({ clock, delayMs, scheduleDelivery: async () => {} });
  const assigned = batch.filter(({ assignedToId }) => assignedToId !== null);
  const assignees = await em.find(User, { id: { $in: assigned.flatMap(({ assignedToId }) => assignedToId ?? []) } });
  const byId = new Map(assignees.map((user) => [user.id, user]));
  let pending = 0;
  for (const { id, status, assignedToId, createdById } of assigned) {
    const assignee = byId.get(assignedToId ?? '');
    if (assignee === undefined) continue;
    const assignment = { ticket: em.getReference(Ticket, id), status, assignee, actorId: createdById };
    pending += notifications.assigned(em, assignment).length;
  }
  await em.flush();
  return pending;
}
