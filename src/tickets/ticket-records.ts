import { newId } from '../common/id.js';
import { type NotificationKind } from '../notifications/notification.entity.js';
import { withTraceparent } from '../notifications/traceparents.js';
import { type MentionRecord } from './mentions/mentions.sql.js';
import { type EnqueuedMailRecord } from './enqueued-mails.sql.js';
import { type NewEvent } from './ticket-statements.js';
import { type EnqueuedMails, type TicketWrite } from './ticket-write.js';

/** A write with its ids, which stay the same on a retry. */
export interface PreparedWrite {
  readonly write: TicketWrite;
  readonly event: NewEvent | null;
  readonly mails: readonly EnqueuedMailRecord[];
  readonly mentions: MentionRecord | null;
}

/** When a mail of a kind about a change at this moment is due. */
export type DueAfter = (kind: NotificationKind, now: Date) => Date;

/** Adds the ids of its event and mails to a write, and its traceparent. */
export function prepareWrite(write: TicketWrite, dueAfter: DueAfter): PreparedWrite {
  const { ticketId, actorId, at, event, mentions, people } = write;
  return {
    write,
    event: event && { ticketId, actorId, createdAt: at, ...event, id: newId(), changes: [...event.changes] },
    mails: write.mails.enqueued.map((enqueued) => mailRecord(write, enqueued, dueAfter)),
    mentions: mentions && { ...people, ...mentions, id: newId(), ticketId, actorId, createdAt: at },
  };
}

function mailRecord(write: TicketWrite, enqueued: EnqueuedMails, dueAfter: DueAfter): EnqueuedMailRecord {
  const { kind, audience, changes, internal = false, reassigned, toActor = false } = enqueued;
  const createdAt = write.notifiedAt ?? write.at;
  return {
    ...write.people,
    id: newId(),
    kind,
    ticketId: write.ticketId,
    actorId: enqueued.actorId === undefined ? write.actorId : enqueued.actorId,
    changes: [...changes],
    createdAt,
    sendAt: dueAfter(kind, new Date(createdAt)).toISOString(),
    traceparents: withTraceparent(null),
    audience: audience.to,
    recipientIds: audience.to === 'named' ? audience.ids : [],
    reason: audience.to === 'named' ? audience.reason : null,
    exceptId: toActor ? null : (enqueued.actorId ?? write.actorId),
    internal,
    reassigned: reassigned !== undefined,
    assignedId: reassigned?.assignedId ?? null,
    amendsOnly: enqueued.amendsOnly ?? false,
  };
}

/** The parameters of `TicketStatements.insert`. */
export function insertedRecords(prepared: readonly PreparedWrite[]): [string, string, string, string] {
  return [
    JSON.stringify(prepared.map(({ write }) => write.values)),
    JSON.stringify(prepared.flatMap(({ event }) => event ?? [])),
    JSON.stringify(prepared.flatMap(({ mails }) => mails)),
    JSON.stringify(prepared.flatMap(({ mentions }) => mentions ?? [])),
  ];
}

/** The parameters of `TicketStatements.update`. */
export function updatedRecords(prepared: readonly PreparedWrite[]): string[] {
  const items = prepared.map(({ write: { ticketId: id, revision, values, mails, at } }) => ({
    ...values,
    id,
    revision,
    sets: values && Object.keys(values),
    at,
    cancels: mails.cancels,
  }));
  return [JSON.stringify(items), ...insertedRecords(prepared).slice(1)];
}
