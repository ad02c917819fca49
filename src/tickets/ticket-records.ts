import { newId } from '../common/id.js';
import { withTraceparent } from '../notifications/traceparents.js';
import { currentTraceparent } from '../observability/tracing/tracing.js';
import { type NewEvent, type NewMail } from './ticket-statements.js';
import { type TicketWrite } from './ticket-write.js';

/** A write with its ids, which stay the same on a retry. */
export interface PreparedWrite {
  readonly write: TicketWrite;
  readonly event: NewEvent;
  readonly mail: NewMail | null;
  readonly sendAt: Date;
  readonly traceparent: string | null;
}

/** Adds the ids of its event and mail to a write, and its traceparent. */
export function prepareWrite(write: TicketWrite, sendAt: Date): PreparedWrite {
  const { ticketId, actorId, at, event, mails } = write;
  const by = { ticketId, actorId, createdAt: at };
  return {
    write,
    event: { ...by, ...event, id: newId(), changes: [...event.changes] },
    mail: mails.pending && {
      ...by,
      ...mails.pending,
      createdAt: write.notifiedAt ?? at,
      id: newId(),
      changes: [...mails.pending.changes],
      sendAt: sendAt.toISOString(),
      traceparents: withTraceparent(null),
    },
    sendAt,
    traceparent: currentTraceparent(),
  };
}

/** The parameters of `TicketStatements.insert`. */
export function insertedRecords(prepared: readonly PreparedWrite[]): [string, string, string] {
  return [
    JSON.stringify(prepared.map(({ write }) => write.values)),
    JSON.stringify(prepared.map(({ event }) => event)),
    JSON.stringify(prepared.flatMap(({ mail }) => mail ?? [])),
  ];
}

/** The parameters of `TicketStatements.update`. */
export function updatedRecords(prepared: readonly PreparedWrite[]): string[] {
  const writes = prepared.map(({ write }) => write);
  const records = [
    writes.map(({ ticketId: id, revision, values, mails: { holds, cancels }, at }) => ({
      ...values,
      id,
      revision,
      sets: values && Object.keys(values),
      holds: holds.length,
      at,
      cancels,
    })),
    writes.flatMap(({ ticketId, mails }) => mails.holds.map(({ id, revision }) => ({ id, revision, ticketId }))),
    prepared.map(({ event }) => event),
    prepared.flatMap(({ mail }) => mail ?? []),
    prepared.flatMap(({ write: { ticketId, mails, at }, traceparent }) =>
      mails.merged
        ? [{ ...mails.merged, ticketId, traceparent, cancelledAt: mails.merged.changes.length > 0 ? null : at }]
        : [],
    ),
  ];
  return records.map((each) => JSON.stringify(each));
}
