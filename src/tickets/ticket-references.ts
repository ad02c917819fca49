import { type RawBuilder, sql } from 'kysely';
import { type Row } from '../database/row.js';
import { isId } from '../common/id.js';
import { UserErrorCode } from '../common/user-errors.js';
import { InputCheck } from '../common/input-check.js';
import { type RunQuery } from './ticket-statements.js';
import { type CancelledMail } from './ticket-mails.js';
import { type Ticket } from './ticket.entity.js';
import { type ExistingReferences, type ReferencedIds } from './ticket.commands.js';
import { type UserRef } from './ticket.inputs.js';

/** The references of an input. */
interface Naming {
  readonly assignedTo?: UserRef | null;
  readonly productId?: string | null;
}

const NAMES = { id: 'id', username: 'username', email: 'e-mail address' } as const;

/** Locked rows are not deleted until the transaction ends. */
const LOCK = sql`for share`;
const NO_LOCK = sql``;

async function firstId(run: RunQuery, query: RawBuilder<{ id: string }>): Promise<string | null> {
  const [row] = await run(query);
  return row?.id ?? null;
}

async function livingUser(run: RunQuery, which: RawBuilder<boolean>, lock: RawBuilder<unknown>) {
  return firstId(run, sql<{ id: string }>`select id from "user" where ${which} and deleted_at is null ${lock}`);
}

async function livingProduct(run: RunQuery, id: string, lock: RawBuilder<unknown>) {
  return firstId(run, sql<{ id: string }>`select id from product where id = ${id} and deleted_at is null ${lock}`);
}

/** The key by which a reference names a user. @oneOf guarantees that exactly one is given. */
function keyOf(reference: UserRef): { key: keyof typeof NAMES; value: string; which: RawBuilder<boolean> | null } {
  const { id, username, email } = reference;
  if (username != null) {
    return { key: 'username', value: username, which: storable(username, sql`username = ${username}`) };
  }
  // Unconfirmed addresses do not count: an account that signed up with another person's address would be taken for that
  // person.
  if (email != null) {
    return { key: 'email', value: email, which: storable(email, sql`email = ${email} and email_confirmed`) };
  }
  return { key: 'id', value: id ?? '', which: id != null && isId(id) ? sql`id = ${id}` : null };
}

function storable(text: string, which: RawBuilder<boolean>): RawBuilder<boolean> | null {
  return text.includes('\0') ? null : which;
}

async function named(
  run: RunQuery,
  { assignedTo, productId }: Naming,
  { lock, trustsIds }: { lock: RawBuilder<unknown>; trustsIds: boolean },
): Promise<ReferencedIds> {
  const faults = new InputCheck();
  const user = async (reference: UserRef) => {
    const { key, value, which } = keyOf(reference);
    if (which !== null && key === 'id' && trustsIds) return value.toLowerCase();
    const id = which && (await livingUser(run, which, lock));
    if (id === null) {
      faults.add(UserErrorCode.NOT_FOUND, `assignedTo.${key}`, `There is no user with this ${NAMES[key]}.`);
    }
    return id;
  };
  const product = async (id: string) => {
    if (isId(id) && trustsIds) return id.toLowerCase();
    const found = isId(id) ? await livingProduct(run, id, lock) : null;
    if (found === null) faults.add(UserErrorCode.NOT_FOUND, 'productId', 'There is no product with this id.');
    return found;
  };
  return {
    assignedToId: assignedTo && (await user(assignedTo)),
    productId: productId == null ? productId : await product(productId),
    faults,
  };
}

/**
 * The people and products that an input names, locked against deletion until the transaction ends. Must be called
 * before any ticket is locked (docs/decisions/0011-order-of-locks.md).
 */
export async function lockNamedReferences(run: RunQuery, naming: Naming): Promise<ReferencedIds> {
  return named(run, naming, { lock: LOCK, trustsIds: false });
}

/** The same without locks, for a statement that locks them itself: ids are not looked up. */
export async function findNamedReferences(run: RunQuery, naming: Naming): Promise<ReferencedIds> {
  return named(run, naming, { lock: NO_LOCK, trustsIds: true });
}

/**
 * Locks the assignees of tickets that are opened again against deletion. Must be called before the tickets are locked
 * (docs/decisions/0011-order-of-locks.md); after that, `lockAssignee` gives each one whose account still exists.
 * @param ids may hold what is no id
 * @param which further condition on the tickets `t`; must exclude those that are hidden from the viewer
 */
export async function lockAssigneesOf(
  run: RunQuery,
  ids: readonly string[],
  which: RawBuilder<boolean>,
): Promise<void> {
  await run(sql`
    select id from "user" where deleted_at is null and id = any(array(
      select t.assigned_to_id from ticket t where t.id = any(${ids.filter(isId)}::uuid[]) and ${which}
    )) order by id ${LOCK}`);
}

/**
 * A ticket's assignee, if the account still exists. Locked before, by `lockAssigneesOf`. Rarely another one is assigned
 * meanwhile: they are locked after the ticket, and if they are being deleted, the deadlock ends one of the two
 * transactions, whose client gets SERVICE_UNAVAILABLE and can try again.
 */
export async function lockAssignee(
  run: RunQuery,
  { assignedToId }: Row<Ticket>,
): Promise<Pick<ExistingReferences, 'assignedToId'>> {
  return { assignedToId: assignedToId && (await livingUser(run, sql`id = ${assignedToId}`, LOCK)) };
}

/**
 * The references of a deleted ticket that still exist, locked against deletion. An original that became a duplicate
 * itself is replaced by its own original, so that no chain arises.
 */
export async function lockTicketReferences(run: RunQuery, ticket: Row<Ticket>): Promise<ExistingReferences> {
  const { productId, duplicateOfId } = ticket;
  const [original] = await run(
    sql<{ id: string | null }>`select duplicate_of_id as id from ticket where id = ${duplicateOfId}`,
  );
  const next = original?.id ?? null;
  return {
    ...(await lockAssignee(run, ticket)),
    productId: productId && (await livingProduct(run, productId, LOCK)),
    duplicateOfId: next === null || next === ticket.id ? duplicateOfId : next,
  };
}

/** The mails about a deleted ticket that its deletion cancelled, oldest first. */
export async function mailsCancelledByDeletion(
  run: RunQuery,
  { id, deletedAt }: Row<Ticket>,
): Promise<CancelledMail[]> {
  if (deletedAt === null) return [];
  return run(sql<CancelledMail>`
    select kind, recipient_id as "recipientId", actor_id as "actorId", reason, changes from notification
    where ticket_id = ${id} and status = 'CANCELLED'
      and cancel_reason = 'TICKET_DELETED' and cancelled_at >= ${deletedAt}::timestamptz
    order by created_at, id`);
}
