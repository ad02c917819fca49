import { type EntityManager } from '@mikro-orm/postgresql';
import { type Clock } from '../../clock.js';
import { NotificationService } from '../../notifications/notification.service.js';
import { Ticket } from '../../tickets/ticket.entity.js';
import { User } from '../../users/user.entity.js';
import { type ReadyTicket } from './write-tickets.js';

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
  const notifications = new NotificationService({ clock, delayMs, wake: async () => {} });
  const assigned = batch.filter(({ people }) => people.assignedTo !== null);
  const assignees = await em.find(User, { id: { $in: assigned.flatMap(({ people }) => people.assignedTo ?? []) } });
  const byId = new Map(assignees.map((user) => [user.id, user]));
  let owed = 0;
  for (const { draft, people } of assigned) {
    const assignee = byId.get(people.assignedTo ?? '');
    if (assignee === undefined) continue;
    const ticket = em.getReference(Ticket, draft.id);
    const assignment = { ticket, status: draft.status, assignee, actorId: people.createdBy };
    owed += notifications.assigned(em, assignment).length;
  }
  await em.flush();
  return owed;
}
