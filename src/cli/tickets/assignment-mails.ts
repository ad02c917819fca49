import { type EntityManager } from '@mikro-orm/postgresql';
import { type Clock } from '../../clock.js';
import { NotificationService } from '../../notifications/notification.service.js';
import { isActive, Ticket } from '../../tickets/ticket.entity.js';
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
  let owed = 0;
  for (const { draft, people } of batch) {
    if (people.assignedTo === null || !isActive(draft.status)) continue;
    const ticket = em.getReference(Ticket, draft.id);
    notifications.assigned(em, ticket, em.getReference(User, people.assignedTo), people.createdBy);
    owed += 1;
  }
  await em.flush();
  return owed;
}
