import { type EntityManager } from '@mikro-orm/postgresql';
import { type RawBuilder, sql } from 'kysely';
import { newId } from '../common/id.js';
import { TicketEventKind } from '../tickets/ticket-event.entity.js';
import { CommandError } from '../cli/command.js';
import { type TicketTransaction } from '../tickets/ticket-transaction.js';
import { keptMentions, type MentionRecord, mentionSource, recordMentions } from '../tickets/mentions/mentions.sql.js';
import { importTicket } from '../tickets/ticket.commands.js';
import { type ReadyMentions, type ReadyTicket } from './ready-ticket.js';

/** "DOCKIMP" in ASCII. */
const IMPORT_LOCK = 0x44_4f_43_4b_49_4d_50;

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

/** Which of the ids are comments already, deleted ones too. */
export async function existingComments(em: EntityManager, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const { rows } = await sql<{ id: string }>`
    select id from comment where id = any(${[...ids]}::uuid[])`.execute(em.getKysely());
  return new Set(rows.map(({ id }) => id));
}

export type NumberedTicket = ReadyTicket & { readonly number: number };

/** Writes a batch with its comments, their events, who watches it, who is mentioned, and mails if wanted. Gives how many mails wait. */
export async function writeTickets(
  tx: TicketTransaction,
  batch: readonly NumberedTicket[],
  options: { readonly sendsMail: boolean; readonly now: string },
): Promise<number> {
  const mails = await tx.import(
    batch.map(
      ({ comments: _comments, watching: _watching, mentions: _mentions, notified, createdAt, plain, ...ticket }) =>
        importTicket({ ...plain, ...ticket, createdAt: createdAt.toISOString() }, { ...options, notified }),
    ),
  );
  const comments = batch.flatMap((ticket) =>
    ticket.comments.map(({ mentions: _mentions, ...comment }) => ({
      ...comment,
      ticketId: ticket.id,
      eventId: newId(),
    })),
  );
  if (comments.length > 0) {
    await tx.run(sql`
      with item as materialized (
        select * from jsonb_to_recordset(${JSON.stringify(comments)}::jsonb) as item(id uuid, content text,
          internal boolean, "ticketId" uuid, "authorId" uuid, "createdAt" timestamptz, "updatedAt" timestamptz, notified boolean, "eventId" uuid)
      ),
      written as (
        insert into comment (id, content, internal, ticket_id, author_id, created_at, updated_at)
        select id, content, internal, "ticketId", "authorId", "createdAt", "updatedAt" from item
      )
      insert into ticket_event (id, kind, ticket_id, actor_id, comment_id, changes, created_at, notified)
      select "eventId", ${sql.lit(TicketEventKind.COMMENTED)}, "ticketId", "authorId", id, '[]', "createdAt", notified from item`);
  }
  const watching = batch.flatMap((ticket) => ticket.watching.map((watch) => ({ ...watch, ticketId: ticket.id })));
  if (watching.length > 0) {
    await tx.run(sql`
      insert into ticket_watch (ticket_id, user_id, state, created_at)
      select "ticketId", "userId", state, "createdAt"
      from jsonb_to_recordset(${JSON.stringify(watching)}::jsonb)
        as item("ticketId" uuid, "userId" uuid, state watch_state, "createdAt" timestamptz)`);
  }
  await writeMentions(tx, batch);
  return mails;
}

/** Records whom the texts mention. Nobody is mailed. */
async function writeMentions(tx: TicketTransaction, batch: readonly NumberedTicket[]): Promise<void> {
  const texts = batch.flatMap(({ comments, mentions, createdAt, id: ticketId, createdById, assignedToId }) => {
    const ticket = { ticketId, createdById, assignedToId };
    return [
      { ...ticket, mentions, commentId: null, internal: false, actorId: createdById, createdAt },
      ...comments.map((comment) => ({ ...ticket, ...comment, commentId: comment.id, actorId: comment.authorId })),
    ].filter(({ mentions: { userIds } }) => userIds.length > 0);
  });
  const [found, listed] = [
    texts.filter(({ mentions }) => mentions.areFound),
    texts.filter(({ mentions }) => !mentions.areFound),
  ];
  if (found.length > 0) await tx.run(sql`${recordMentions(sourceOf(found), sql`true`)}`);
  if (listed.length > 0) await tx.run(sql`${keptMentions(sourceOf(listed), sql`true`)}`);
}

interface MentioningText extends Omit<MentionRecord, 'id' | 'userIds' | 'createdAt'> {
  readonly mentions: ReadyMentions;
  readonly createdAt: Date;
}

function sourceOf(texts: readonly MentioningText[]): RawBuilder<unknown> {
  const records = texts.map(
    ({ ticketId, commentId, mentions, internal, createdById, assignedToId, actorId, createdAt }): MentionRecord => ({
      id: newId(),
      ticketId,
      commentId,
      userIds: mentions.userIds,
      internal,
      createdById,
      assignedToId,
      actorId,
      createdAt: createdAt.toISOString(),
    }),
  );
  return mentionSource(sql`${JSON.stringify(records)}`);
}

/**
 * Checks, as the last step before the commit, that none of the people was deleted while the import ran: a deletion that
 * comes later waits for our commit, and then unassigns the new tickets too.
 */
export async function confirmAssignees(
  tx: TicketTransaction,
  assignees: ReadonlySet<string>,
  numbers: readonly number[],
): Promise<void> {
  const users = await tx.run(sql<{ id: string; deleted: boolean }>`
    select id, deleted_at is not null as deleted from "user"
    where id = any(${[...assignees]}::uuid[]) order by id for share`);
  const deleted = users.filter((user) => user.deleted).map(({ id }) => id);
  if (deleted.length > 0) await tx.unassignImported(numbers, deleted);
}
