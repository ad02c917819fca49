import { sql } from 'kysely';
import { type Row } from '../database/row.js';
import { type Db } from '../database/db.js';
import { type ChangedField } from '../mail/templates/changed-field.js';
import { isActive } from '../tickets/ticket.entity.js';
import { ticketsVisibleTo } from '../tickets/ticket-visibility.js';
import { type MailDataReader, type TicketMailData, type MailedComment } from './mail-data.reader.js';
import {
  type Notification,
  NotificationCancelReason,
  NotificationKind,
  NotificationReason,
} from './notification.entity.js';
import { mergedChanges, TICKET_TEXT, mailedCommentIds, type MailedChange } from './mailed-changes.js';

type NotificationRow = Row<Notification>;

/** The present content of a notification. */
interface News {
  readonly changes: readonly ChangedField[];
  /** Oldest first. Of an ASSIGNED mail the newest public ones, otherwise those that it is about. */
  readonly comments: readonly MailedComment[];
  /** How many public comments there are before them. */
  readonly earlierComments: number;
  /** Whether title or description name the recipient for the first time. */
  readonly isMentionedInTicket: boolean;
}

/** The present content of a mail about a ticket, with that of the notifications that it carries. */
export interface AboutTicket extends News {
  readonly notification: NotificationRow;
  readonly data: TicketMailData;
  /** Why the recipient gets it: the first of all reasons. */
  readonly reason: NotificationReason | null;
  /** The notifications that it carries, and who caused them; null for several people. */
  readonly carried: readonly { readonly kind: NotificationKind; readonly actorName: string | null }[];
}

export interface Cancelled {
  /** Null: nobody in particular decided it. */
  readonly cancelled: NotificationCancelReason | null;
}

/** Leases what else waits for the recipient of a leased notification about the same ticket. */
export type Carry = (notification: NotificationRow) => Promise<readonly NotificationRow[]>;

/** The kinds whose mail carries whatever waits for the same person and ticket. */
const CARRYING: ReadonlySet<NotificationKind> = new Set([NotificationKind.REPLIED, NotificationKind.MENTIONED]);

const REASONS = Object.values(NotificationReason);

function firstReason(reasons: readonly (NotificationReason | null)[]): NotificationReason | null {
  return REASONS.find((reason) => reasons.includes(reason)) ?? null;
}

/** Reads the present content of notifications about tickets, and decides whether they are still true (docs/behaviour.md, "Mails"). */
export class TicketNews {
  readonly #db: Db;
  readonly #data: MailDataReader;

  constructor(db: Db, data: MailDataReader) {
    this.#db = db;
    this.#data = data;
  }

  /** @param cancelled called for each notification that it leases and that is not true any more */
  async of(
    notification: NotificationRow,
    carry: Carry,
    cancelled: (id: string, reason: NotificationCancelReason | null) => void,
  ): Promise<AboutTicket | Cancelled> {
    const first = await this.#current(notification);
    if ('cancelled' in first) return first;
    const others = [];
    for (const row of CARRYING.has(notification.kind) ? await carry(notification) : []) {
      const found = await this.#current(row);
      if ('cancelled' in found) cancelled(row.id, found.cancelled);
      else others.push({ ...found, kind: row.kind });
    }
    const all = [first, ...others];
    const comments = new Map(all.flatMap((each) => each.comments).map((comment) => [comment.id, comment]));
    return {
      notification,
      data: first.data,
      reason: firstReason(all.map(({ reason }) => reason)),
      carried: others.map(({ kind, data }) => ({ kind, actorName: data.actorName })),
      changes: all.flatMap(({ changes }) => changes),
      comments: [...comments.values()].toSorted((one, other) => one.createdMs - other.createdMs),
      earlierComments: Math.max(...all.map(({ earlierComments }) => earlierComments)),
      isMentionedInTicket: all.some(({ isMentionedInTicket }) => isMentionedInTicket),
    };
  }

  /** The content of one notification, by itself. */
  async #current(
    row: NotificationRow,
  ): Promise<(News & { data: TicketMailData; reason: NotificationReason | null }) | Cancelled> {
    const data = await this.#data.ofTicket(row);
    const reason = cancelReasonOf(row, data);
    if (reason !== null) return { cancelled: reason };
    const news = await this.#news(row, data);
    const isEmpty = news.changes.length === 0 && news.comments.length === 0 && !news.isMentionedInTicket;
    if (isEmpty && !SHOWS_THE_TICKET.has(row.kind)) return { cancelled: NotificationCancelReason.RETRACTED };
    return { ...news, data, reason: DEPENDS_ON_CONCERN.has(row.kind) ? (data.reasons[0] ?? null) : row.reason };
  }

  async #news(row: NotificationRow, data: TicketMailData): Promise<News> {
    const nothing = { changes: [], comments: [], earlierComments: 0, isMentionedInTicket: false };
    if (row.kind === NotificationKind.NEW_UNASSIGNED) return nothing;
    if (row.kind === NotificationKind.ASSIGNED) return { ...nothing, ...(await this.#data.newestComments(row)) };
    const onlyMentioning = row.kind === NotificationKind.MENTIONED;
    const isInText = onlyMentioning && row.changes.some(({ field }) => field === TICKET_TEXT);
    return {
      ...nothing,
      changes: await this.#named(row, mergedChanges(row.changes, row.recipientId)),
      comments: await this.#data.comments(row, mailedCommentIds(row.changes), {
        internalToo: data.readsInternalComments,
        onlyMentioning,
      }),
      isMentionedInTicket: isInText && (await this.#data.isMentionedInTicket(row)),
    };
  }

  /** Changes with names in place of ids. A ticket that is hidden from the recipient is not named. */
  async #named({ recipientId }: NotificationRow, changes: readonly MailedChange[]): Promise<ChangedField[]> {
    if (changes.length === 0) return [];
    const idsOf = (wanted: string) =>
      changes.flatMap(({ field, from, to }) => (field === wanted ? [from, to].filter((id) => id !== null) : []));
    const names = await this.#db.all(sql<{ id: string; name: string }>`
      select id, name::text from product where id = any(${idsOf('product')}::uuid[])
      union all select id, concat_ws(' ', first_name, last_name) from "user" where id = any(${idsOf('assignedTo')}::uuid[])
      union all select t.id, '#' || t.number
        from ticket t join "user" r on r.id = ${recipientId} join role on role.id = r.role_id
        where t.id = any(${idsOf('duplicateOf')}::uuid[]) and ${ticketsVisibleTo('r', 'role', 't')}`);
    const nameOf = new Map(names.map(({ id, name }) => [id, name]));
    const named = (field: string, value: string | null) => {
      if (value === null) return null;
      return nameOf.get(value) ?? (field === 'duplicateOf' ? 'another ticket' : value);
    };
    return changes.map(({ field, from, to }) => ({ field, from: named(field, from), to: named(field, to) }));
  }
}

/** The kinds that show the ticket as it is, whatever happened to it. */
const SHOWS_THE_TICKET: ReadonlySet<NotificationKind> = new Set([
  NotificationKind.ASSIGNED,
  NotificationKind.NEW_UNASSIGNED,
]);

/** The kinds that go to everybody whom the ticket concerns, and not to those who ignore it. */
const DEPENDS_ON_CONCERN: ReadonlySet<NotificationKind> = new Set([NotificationKind.UPDATED, NotificationKind.REPLIED]);

/** Why a mail is not to be sent any more; null for one that is. */
function cancelReasonOf(row: NotificationRow, data: TicketMailData): NotificationCancelReason | null {
  if (data.recipientGone) return NotificationCancelReason.USER_DELETED;
  if (data.ticketGone) return NotificationCancelReason.TICKET_DELETED;
  const ended = endedBy(row, data);
  if (ended !== null) return ended;
  const ignored = data.ignoresTicket && row.kind !== NotificationKind.MENTIONED;
  if (!data.wantsMail || ignored) return NotificationCancelReason.UNSUBSCRIBED;
  if (!data.recipientProven) return NotificationCancelReason.EMAIL_UNCONFIRMED;
  if (!data.seesTicket) return NotificationCancelReason.NOT_VISIBLE;
  return data.isInQueue ? null : NotificationCancelReason.RETRACTED;
}

/** Why what a mail is about is over; null when it is not. */
function endedBy(
  { kind, reason, recipientId }: NotificationRow,
  { assignedToId, followedByAnother, status, reasons }: TicketMailData,
): NotificationCancelReason | null {
  const isAssignee = assignedToId === recipientId && !followedByAnother;
  const otherAssignee =
    assignedToId === null ? NotificationCancelReason.UNASSIGNED : NotificationCancelReason.REASSIGNED;
  if (kind === NotificationKind.ASSIGNED) return isAssignee ? null : otherAssignee;
  if (kind === NotificationKind.NEW_UNASSIGNED) {
    if (assignedToId !== null) return NotificationCancelReason.ASSIGNED;
    return isActive(status) ? null : NotificationCancelReason.RETRACTED;
  }
  if (!DEPENDS_ON_CONCERN.has(kind) || reasons.length > 0) return null;
  if (reason === NotificationReason.ASSIGNEE || reason === null) return otherAssignee;
  return reason === NotificationReason.WATCHER
    ? NotificationCancelReason.UNSUBSCRIBED
    : NotificationCancelReason.RETRACTED;
}
