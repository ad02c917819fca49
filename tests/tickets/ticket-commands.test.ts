import { describe, expect, test } from '@jest/globals';
import { UserErrorCode } from '../../src/common/user-errors.js';
import { InputCheck } from '../../src/common/input-check.js';
import { NotificationKind } from '../../src/notifications/notification.entity.js';
import { type TicketSnapshot, type WaitingMail } from '../../src/tickets/ticket-write.js';
import { markDuplicate, unmarkDuplicate } from '../../src/tickets/ticket-duplicates.commands.js';
import {
  commentOn,
  createTicket,
  deleteTicket,
  importTicket,
  needsLocks,
  restoreTicket,
  unassignDeletedUser,
  updateTicket,
} from '../../src/tickets/ticket.commands.js';
import { isAwaitedReply, needsLivingAssignee, reopenOnReply } from '../../src/tickets/reply.commands.js';
import { TicketPriority, TicketStatus, TicketType } from '../../src/tickets/ticket.entity.js';

const EARLIER = '2026-11-20T08:00:00.000Z';
const NOW = '2026-11-27T08:00:00.000Z';
const NO_MAILS = { holds: [], pending: null, merged: null, cancels: null };

function viewer(id: string, flags: { all?: boolean; assign?: boolean } = {}) {
  const { all = false, assign = false } = flags;
  const role = {
    canViewAll: true,
    canEditAll: all,
    canDeleteAll: all,
    canManageUsers: all,
    canManageTickets: all,
    canAssignTickets: all || assign,
  };
  return { id, sessionId: 's', role, permissions: { create: true, edit: true, view: true, delete: true } };
}
const creator = viewer('creator');
const admin = viewer('admin', { all: true });

function snapshot(
  ticket: Partial<TicketSnapshot['ticket']> = {},
  waiting: readonly WaitingMail[] = [],
): TicketSnapshot {
  return {
    ticket: {
      id: 't1',
      number: 1,
      title: 'Printer',
      description: 'It burns.',
      details: null,
      type: TicketType.BUG,
      priority: TicketPriority.LOW,
      status: TicketStatus.OPEN,
      productId: null,
      createdById: 'creator',
      assignedToId: null,
      duplicateOfId: null,
      createdAt: EARLIER,
      updatedAt: null,
      closedAt: null,
      deletedAt: null,
      version: 3,
      ...ticket,
    },
    revision: '77',
    waiting,
  };
}

function waitingMail(mail: Partial<WaitingMail> = {}): WaitingMail {
  return { id: 'm1', kind: NotificationKind.UPDATED, actorId: 'creator', changes: [], revision: '5', ...mail };
}

function named(ids: { assignedToId?: string | null; productId?: string | null } = {}) {
  return { assignedToId: ids.assignedToId, productId: ids.productId, faults: new InputCheck() };
}

describe('createTicket', () => {
  const input = { title: ' Printer ', description: 'It burns.' };

  test('gives defaults, and the event', () => {
    expect(createTicket(creator, 't1', input, named(), NOW)).toEqual({
      ticketId: 't1',
      revision: null,
      values: {
        id: 't1',
        title: 'Printer',
        description: 'It burns.',
        details: null,
        type: 'BUG',
        priority: 'MEDIUM',
        status: 'OPEN',
        productId: null,
        createdById: 'creator',
        assignedToId: null,
        createdAt: NOW,
        closedAt: null,
      },
      event: { kind: 'CREATED', changes: [], commentId: null, notified: true },
      mails: NO_MAILS,
      actorId: 'creator',
      at: NOW,
    });
  });

  test.each([
    ['somebody else', 'other', TicketStatus.OPEN, { kind: 'ASSIGNED', recipientId: 'other', changes: [] }],
    ['oneself', 'creator', TicketStatus.OPEN, null],
    ['somebody else, done', 'other', TicketStatus.DONE, null],
  ])('mails the assignee of active work that is new to them: %s', (_, assignedToId, status, pending) => {
    const write = createTicket(creator, 't1', { ...input, status }, named({ assignedToId }), NOW);
    expect(write.mails).toEqual({ ...NO_MAILS, pending });
    expect(write.values).toMatchObject({ assignedToId, closedAt: status === TicketStatus.DONE ? NOW : null });
  });

  test('says all that is wrong, and needs the create bit', () => {
    const references = named();
    references.faults.add(UserErrorCode.NOT_FOUND, 'productId', 'There is none.');
    expect(() => createTicket(creator, 't1', { title: '', description: ' ' }, references, NOW)).toThrow(
      /cannot be empty.*cannot be empty.*There is none/,
    );
    const reader = { ...creator, permissions: { ...creator.permissions, create: false } };
    expect(() => createTicket(reader, 't1', input, named(), NOW)).toThrow('may not create');
  });
});

describe('updateTicket', () => {
  test('writes and records only what differs', () => {
    const change = { title: 'Printer', priority: TicketPriority.HIGH, details: { b: 1, a: 2 } };
    const write = updateTicket(creator, snapshot({ details: { a: 2, b: 1 } }), change, NOW);
    expect(write).toMatchObject({
      revision: '77',
      values: { priority: 'HIGH', updatedAt: NOW },
      event: { kind: 'CHANGED', changes: [{ field: 'priority', from: 'LOW', to: 'HIGH' }] },
    });
    expect(Object.keys(write?.values ?? {})).toEqual(['priority', 'updatedAt']);
    expect(updateTicket(creator, snapshot(), { title: 'Printer' }, NOW)).toBeNull();
  });

  test('closes and opens again', () => {
    expect(updateTicket(creator, snapshot(), { status: TicketStatus.DONE }, NOW)?.values).toMatchObject({
      closedAt: NOW,
    });
    const done = snapshot({ status: TicketStatus.DONE, closedAt: EARLIER });
    expect(updateTicket(creator, done, { status: TicketStatus.CLOSED }, NOW)?.values).toMatchObject({ closedAt: NOW });
    expect(updateTicket(creator, done, { status: TicketStatus.OPEN }, NOW)?.values).toMatchObject({ closedAt: null });
    expect(updateTicket(creator, done, { title: 'Other' }, NOW)?.values).not.toHaveProperty('closedAt');
  });

  test('takes a deleted assignee off a ticket that becomes active again', () => {
    const done = snapshot({ status: TicketStatus.DONE, assignedToId: 'gone' });
    const write = updateTicket(creator, done, { status: TicketStatus.OPEN }, NOW, undefined, { assignedToId: null });
    expect(write).toMatchObject({ values: { assignedToId: null }, mails: { cancels: 'UNASSIGNED', pending: null } });
    expect(needsLocks(done.ticket, { status: TicketStatus.OPEN })).toBe(true);
    expect(needsLocks(done.ticket, { status: TicketStatus.CLOSED })).toBe(false);
  });

  test('assigns: mails that wait are cancelled, and the new assignee gets one', () => {
    const change = { assignedTo: { id: 'other' } };
    const assigned = snapshot({ assignedToId: 'first' });
    expect(updateTicket(creator, assigned, change, NOW, named({ assignedToId: 'other' }))).toMatchObject({
      values: { assignedToId: 'other' },
      event: { changes: [{ field: 'assignedTo', from: 'first', to: 'other' }] },
      mails: { cancels: 'REASSIGNED', pending: { kind: 'ASSIGNED', recipientId: 'other' } },
    });
    expect(updateTicket(creator, assigned, { assignedTo: null }, NOW, named({ assignedToId: null }))?.mails).toEqual({
      ...NO_MAILS,
      cancels: 'UNASSIGNED',
    });
    expect(updateTicket(creator, assigned, change, NOW, named({ assignedToId: 'first' }))).toBeNull();
  });

  test('needs a right for each field: an assignee may change the status alone, a dispatcher assign', () => {
    const ticket = snapshot({ createdById: 'somebody', assignedToId: 'assignee' });
    const assignee = viewer('assignee');
    expect(updateTicket(assignee, ticket, { status: TicketStatus.DONE }, NOW)).not.toBeNull();
    expect(() => updateTicket(assignee, ticket, { status: TicketStatus.DONE, title: 'x' }, NOW)).toThrow(
      'may not edit',
    );
    expect(() => updateTicket(assignee, ticket, { assignedTo: null }, NOW)).toThrow('may not assign');
    const dispatcher = viewer('dispatcher', { assign: true });
    expect(updateTicket(dispatcher, ticket, { assignedTo: null }, NOW, named({ assignedToId: null }))).not.toBeNull();
    expect(() => updateTicket(dispatcher, ticket, { status: TicketStatus.DONE }, NOW)).toThrow("ticket's status");
  });

  test('refuses another version, and null where something must stand', () => {
    expect(() => updateTicket(creator, snapshot(), { title: 'x', expectedVersion: 2 }, NOW)).toThrow(
      'changed the ticket',
    );
    expect(() => updateTicket(creator, snapshot(), { title: null, status: null }, NOW)).toThrow(
      'This cannot be empty. This cannot be empty.',
    );
  });
});

describe('mails about changes', () => {
  const change = { priority: TicketPriority.HIGH };
  const told = [{ field: 'priority', from: 'LOW', to: 'HIGH' }];

  const mails = (waiting: WaitingMail[], by = creator) =>
    updateTicket(by, snapshot({ assignedToId: 'other', createdById: by.id }, waiting), change, NOW)?.mails;
  const silently = (waiting: WaitingMail[], by = admin) =>
    updateTicket(by, snapshot({ assignedToId: 'other' }, waiting), { ...change, notify: false }, NOW);

  test('are made pending, or merged into the one that waits, or told by that about the assignment', () => {
    expect(mails([])).toEqual({ ...NO_MAILS, pending: { kind: 'UPDATED', recipientId: 'other', changes: told } });
    const update = waitingMail({ changes: [{ field: 'title', from: 'A', to: 'B' }] });
    expect(mails([update])).toEqual({
      ...NO_MAILS,
      holds: [update],
      merged: { id: 'm1', changes: [...update.changes, ...told], keepsActor: true },
    });
    expect(mails([update], admin)?.merged).toMatchObject({ keepsActor: false });
    const assignment = waitingMail({ kind: NotificationKind.ASSIGNED });
    expect(mails([assignment])).toEqual({ ...NO_MAILS, holds: [assignment] });
  });

  test('do not tell the assignee of their own changes', () => {
    const own = viewer('other');
    const waiting = [waitingMail({ changes: told })];
    const ticket = { assignedToId: 'other', createdById: 'other' };
    expect(updateTicket(own, snapshot(ticket), change, NOW)?.mails).toEqual(NO_MAILS);
    expect(updateTicket(own, snapshot(ticket, waiting), change, NOW)?.mails.merged).toMatchObject({ changes: [] });
  });

  test('tell a comment that everybody may read, and leave the ticket as it is', () => {
    const write = commentOn(creator, snapshot({ assignedToId: 'other' }), { id: 'c1', internal: false }, NOW);
    expect(write).toMatchObject({
      values: null,
      event: { kind: 'COMMENTED', changes: [], commentId: 'c1' },
      mails: { pending: { kind: 'UPDATED', changes: [{ field: 'comment', from: null, to: 'c1' }] } },
    });
    const internal = commentOn(creator, snapshot({ assignedToId: 'other' }), { id: 'c1', internal: true }, NOW);
    expect(internal.mails).toEqual(NO_MAILS);
  });

  test('leave out a silent change, and what it sets back', () => {
    expect(silently([])).toMatchObject({ event: { notified: false, changes: told }, mails: { pending: null } });
    expect(silently([waitingMail({ changes: [{ field: 'title', from: 'A', to: 'B' }] })])?.mails.merged).toBeNull();
    const title = { field: 'title', from: 'A', to: 'B' };
    const lowered = waitingMail({ changes: [{ field: 'priority', from: 'HIGH', to: 'LOW' }, title] });
    expect(silently([lowered])?.mails).toMatchObject({
      holds: [lowered],
      merged: { id: 'm1', changes: [title], keepsActor: true },
    });
    const own = viewer('other', { all: true });
    expect(silently([waitingMail({ changes: told })], own)?.mails.merged).toMatchObject({ changes: [] });
  });
});

describe("the requester's answer", () => {
  const publicly = { internal: false };
  const waits = { status: TicketStatus.ON_HOLD, assignedToId: 'other' };

  test('is awaited on hold and when done, from nobody but a creator who is not the assignee', () => {
    for (const status of Object.values(TicketStatus)) {
      const isAwaited = status === TicketStatus.ON_HOLD || status === TicketStatus.DONE;
      expect(isAwaitedReply(creator, snapshot({ status }).ticket, publicly)).toBe(isAwaited);
    }
    const { ticket } = snapshot(waits);
    expect(isAwaitedReply(admin, ticket, publicly)).toBe(false);
    expect(isAwaitedReply(creator, ticket, { internal: true })).toBe(false);
    expect(isAwaitedReply(creator, { ...ticket, assignedToId: 'creator' }, publicly)).toBe(false);
  });

  test('sets the ticket back to work as the system, and the mail about the comment tells it', () => {
    const waiting = snapshot(waits);
    const reopening = reopenOnReply(waiting, undefined, { at: NOW, notified: true });
    expect(reopening).toMatchObject({
      values: { status: 'IN_PROGRESS', closedAt: null, updatedAt: NOW },
      event: { kind: 'CHANGED', changes: [{ field: 'status', from: 'ON_HOLD', to: 'IN_PROGRESS' }], notified: true },
      mails: NO_MAILS,
      actorId: null,
    });
    const { changes = [] } = reopening?.event ?? {};
    const comment = { id: 'c1', internal: false };
    expect(commentOn(creator, waiting, comment, NOW, changes).mails.pending).toMatchObject({
      kind: 'UPDATED',
      changes: [...changes, { field: 'comment', from: null, to: 'c1' }],
    });
    expect(commentOn(creator, waiting, { ...comment, notify: false }, NOW, changes)).toMatchObject({
      event: { notified: false },
      mails: { pending: null },
    });
  });

  test('opens a ticket without an assignee, and one whose assignee is gone', () => {
    const unassigned = snapshot({ status: TicketStatus.ON_HOLD });
    expect(reopenOnReply(unassigned, undefined, { at: NOW, notified: true })?.values).toMatchObject({ status: 'OPEN' });
    const done = snapshot({ status: TicketStatus.DONE, assignedToId: 'gone', closedAt: EARLIER });
    expect([needsLivingAssignee(done.ticket), needsLivingAssignee(snapshot(waits).ticket)]).toEqual([true, false]);
    const reopening = reopenOnReply(done, { assignedToId: null }, { at: NOW, notified: false });
    expect(reopening).toMatchObject({
      values: { status: 'OPEN', assignedToId: null, closedAt: null },
      event: { notified: false },
    });
  });
});

test('deleteTicket cancels the mails, and needs the right', () => {
  expect(deleteTicket(creator, snapshot(), NOW)).toMatchObject({
    values: { deletedAt: NOW },
    event: { kind: 'DELETED', changes: [] },
    mails: { ...NO_MAILS, cancels: 'TICKET_DELETED' },
  });
  expect(() => deleteTicket(viewer('somebody'), snapshot(), NOW)).toThrow('may not delete');
});

test('restoreTicket drops what is gone, and leaves a live ticket alone', () => {
  const deleted = snapshot({ deletedAt: EARLIER, productId: 'p', assignedToId: 'u', duplicateOfId: 't2' });
  const living = { productId: null, assignedToId: 'u', duplicateOfId: 't3' };
  expect(restoreTicket(admin, deleted, { living, cancelled: [] }, NOW)).toMatchObject({
    values: { deletedAt: null, productId: null, duplicateOfId: 't3' },
    event: {
      kind: 'RESTORED',
      changes: [
        { field: 'product', from: 'p', to: null },
        { field: 'duplicateOf', from: 't2', to: 't3' },
      ],
    },
    mails: NO_MAILS,
  });
  expect(restoreTicket(admin, snapshot(), { living, cancelled: [] }, NOW)).toBeNull();
});

describe('markDuplicate', () => {
  const links = { close: true, hasDuplicates: false };
  const original = { id: 't2', isDuplicate: false };

  test('links and closes', () => {
    expect(markDuplicate(creator, snapshot(), original, links, NOW)).toMatchObject({
      values: { duplicateOfId: 't2', status: 'CLOSED', closedAt: NOW },
      event: { changes: [{ field: 'status' }, { field: 'duplicateOf', from: null, to: 't2' }] },
    });
    expect(markDuplicate(creator, snapshot(), original, { ...links, close: false }, NOW)?.values).toEqual({
      duplicateOfId: 't2',
      updatedAt: NOW,
    });
  });

  test.each([
    ['a ticket itself', { id: 't1', isDuplicate: false }, links, 'not a duplicate of itself'],
    ['a ticket that cannot be seen', null, links, 'no ticket with this id'],
    ['a duplicate', { ...original, isDuplicate: true }, links, 'duplicate itself'],
    ['a ticket with duplicates', original, { ...links, hasDuplicates: true }, 'are duplicates of this one'],
  ])('refuses %s', (_, other, given, message) => {
    expect(() => markDuplicate(creator, snapshot(), other, given, NOW)).toThrow(message);
    expect(() => markDuplicate(viewer('somebody'), snapshot(), other, given, NOW)).toThrow('may not edit');
  });

  test('is undone by unmarkDuplicate, if the link can be seen', () => {
    const linked = snapshot({ duplicateOfId: 't2' });
    expect(unmarkDuplicate(creator, linked, { seesOriginal: true }, NOW)?.values).toMatchObject({
      duplicateOfId: null,
    });
    expect(unmarkDuplicate(creator, linked, { seesOriginal: false }, NOW)).toBeNull();
  });
});

test('unassignDeletedUser records it, and leaves the mails to the deletion', () => {
  expect(unassignDeletedUser('admin', snapshot({ assignedToId: 'gone' }), NOW)).toMatchObject({
    values: { assignedToId: null, updatedAt: NOW },
    event: { kind: 'CHANGED', changes: [{ field: 'assignedTo', from: 'gone', to: null }] },
    mails: NO_MAILS,
    actorId: 'admin',
  });
});

test('importTicket happens when it was created there, and mails only if asked to', () => {
  const values = {
    id: 't1',
    status: TicketStatus.OPEN,
    createdById: 'creator',
    assignedToId: 'other',
    createdAt: EARLIER,
  };
  expect(importTicket(values, { sendsMail: true, notified: true, now: NOW })).toMatchObject({
    event: { kind: 'CREATED' },
    mails: { ...NO_MAILS, pending: { kind: 'ASSIGNED', recipientId: 'other' } },
    at: EARLIER,
    notifiedAt: NOW,
  });
  expect(importTicket(values, { sendsMail: false, notified: true, now: NOW }).mails).toEqual(NO_MAILS);
});
