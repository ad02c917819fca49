import { type RequiredEntityData } from '@mikro-orm/core';
import { type EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { Comment } from '../../comments/comment.entity.js';
import { newId } from '../../database/id.js';
import { TicketEvent, TicketEventKind } from '../../tickets/ticket-event.entity.js';
import { Ticket } from '../../tickets/ticket.entity.js';
import { CommandError } from '../command.js';
import { type TicketPeople } from './people.js';
import { type TicketDraft } from './ticket-draft.js';

/** "DOCKIMP" in ASCII. */
const IMPORT_LOCK = 0x44_4f_43_4b_49_4d_50;

/** A draft with everything that only the database knows. */
export interface ReadyTicket {
  readonly draft: TicketDraft;
  readonly people: TicketPeople;
  readonly productId: string | null;
}

/** Two imports at once would each find the other's tickets missing. Released when the transaction ends. */
export async function lockImports(em: EntityManager): Promise<void> {
  const { rows } = await sql<{ locked: boolean }>`
    select pg_try_advisory_xact_lock(${IMPORT_LOCK}::bigint) as locked`.execute(em.getKysely());
  if (rows[0]?.locked !== true) throw new CommandError('Another import is running. Wait for its end.');
}

/** Which of the ids are tickets already, deleted ones too. */
export async function existingTickets(em: EntityManager, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ id: string }>`
    select id from ticket where id = any(${[...ids]}::uuid[])`.execute(em.getKysely());
  return new Set(rows.map(({ id }) => id));
}

/** So many rows have far fewer values than a statement may have. */
const ROWS_AT_ONCE = 1000;

/** A batch of tickets may have any number of comments. */
function* chunks<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let begin = 0; begin < items.length; begin += ROWS_AT_ONCE) yield items.slice(begin, begin + ROWS_AT_ONCE);
}

/** Writes a batch with its comments and events. Numbers rise in the order given. */
export async function writeTickets(em: EntityManager, batch: readonly ReadyTicket[]): Promise<void> {
  const tickets: RequiredEntityData<Ticket>[] = [];
  const comments: RequiredEntityData<Comment>[] = [];
  const events: RequiredEntityData<TicketEvent>[] = [];
  for (const { draft, people, productId } of batch) {
    const { id, title, description, details, type, priority, status, createdAt, updatedAt, closedAt } = draft;
    tickets.push({
      id,
      title,
      description,
      details,
      type,
      priority,
      status,
      createdAt,
      updatedAt,
      closedAt,
      product: productId,
      createdBy: people.createdBy,
      assignedTo: people.assignedTo,
    });
    const event = { id: newId(), ticket: id, changes: [] };
    events.push({ ...event, kind: TicketEventKind.CREATED, actor: people.createdBy, comment: null, createdAt });
    for (const [index, { author: _name, ...comment }] of draft.comments.entries()) {
      const author = people.authors[index] ?? people.createdBy;
      comments.push({ ...comment, author, ticket: id });
      events.push({
        ...event,
        id: newId(),
        kind: TicketEventKind.COMMENTED,
        actor: author,
        comment: comment.id,
        createdAt: comment.createdAt,
      });
    }
  }
  await em.insertMany(Ticket, tickets);
  for (const some of chunks(comments)) await em.insertMany(Comment, some);
  for (const some of chunks(events)) await em.insertMany(TicketEvent, some);
}

/**
 * Makes sure, as the last thing before the commit, that nobody was deleted while the import ran: a deletion that comes
 * later waits for our commit, and then unassigns the new tickets too.
 */
export async function confirmAssignees(em: EntityManager, tickets: readonly ReadyTicket[]): Promise<void> {
  const ids = [...new Set(tickets.flatMap(({ people }) => people.assignedTo ?? []))];
  await sql`select 1 from "user" where id = any(${ids}::uuid[]) order by id for share`.execute(em.getKysely());
  await sql`update ticket set assigned_to_id = null from "user" as assignee
    where ticket.id = any(${tickets.map(({ draft }) => draft.id)}::uuid[]) and assignee.id = ticket.assigned_to_id
    and assignee.deleted_at is not null and ticket.status not in ('DONE', 'CLOSED')`.execute(em.getKysely());
}
