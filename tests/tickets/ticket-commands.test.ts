import { describe, expect, test } from '@jest/globals';
import { UserErrorCode } from '../../src/common/user-errors.js';
import { InputCheck } from '../../src/common/input-check.js';
import { type TicketSnapshot } from '../../src/tickets/ticket-write.js';
import { markDuplicate, unmarkDuplicate } from '../../src/tickets/ticket-duplicates.commands.js';
import {
  commentOn,
  createTicket,
  deleteTicket,
  editComment,
  importTicket,
  needsLocks,
  restoreTicket,
  unassignDeletedUser,
  updateTicket,
} from '../../src/tickets/ticket.commands.js';
import { isAwaitedReply, needsLiveAssignee, reopenOnReply } from '../../src/tickets/reply.commands.js';
import { TicketPriority, TicketStatus, TicketType } from '../../src/tickets/ticket.entity.js';

const EARLIER = '2026-11-20T08:00:00.000Z';
const NOW = '2026-11-27T08:00:00.000Z';
const NO_MAILS = { enqueued: [], cancels: {} };
const TO_QUEUE = { kind: 'NEW_UNASSIGNED', audience: { to: 'queue' }, changes: [] };
const toAssignee = (id: string) => ({
  kind: 'ASSIGNED',
  audience: { to: 'named', ids: [id], reason: 'ASSIGNEE' },
  changes: [],
});

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

function snapshot(ticket: Partial<TicketSnapshot['ticket']> = {}): TicketSnapshot {
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
      commentCount: 0,
      internalCommentCount: 0,
      lastCommentAt: null,
      lastInternalCommentAt: null,
      lastActivityAt: EARLIER,
      lastInternalActivityAt: EARLIER,
      ...ticket,
    },
    revision: '77',
  };
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
      mails: { enqueued: [TO_QUEUE], cancels: {} },
      mentions: null,
      people: { createdById: 'creator', assignedToId: null, productId: null },
      actorId: 'creator',
      at: NOW,
    });
  });

  test.each([
    ['somebody else', 'other', TicketStatus.OPEN, [toAssignee('other')]],
    ['oneself', 'creator', TicketStatus.OPEN, []],
    ['somebody else, done', 'other', TicketStatus.DONE, []],
    ['nobody', null, TicketStatus.OPEN, [TO_QUEUE]],
    ['nobody, done', null, TicketStatus.DONE, []],
  ])(
    'mails the assignee of active work that is new to them, or who finds one: %s',
    (_, assignedToId, status, enqueued) => {
      const write = createTicket(creator, 't1', { ...input, status }, named({ assignedToId }), NOW);
      expect(write.mails).toEqual({ ...NO_MAILS, enqueued });
      expect(write.values).toMatchObject({ assignedToId, closedAt: status === TicketStatus.DONE ? NOW : null });
    },
  );

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
    expect(write).toMatchObject({ values: { assignedToId: null }, mails: { cancels: { ASSIGNED: 'UNASSIGNED' } } });
    expect(needsLocks(done.ticket, { status: TicketStatus.OPEN })).toBe(true);
    expect(needsLocks(done.ticket, { status: TicketStatus.CLOSED })).toBe(false);
  });

  test('assigns: mails about the earlier state are cancelled, the new assignee gets one, and others are notified', () => {
    const change = { assignedTo: { id: 'other' } };
    const assigned = snapshot({ assignedToId: 'first' });
    expect(updateTicket(creator, assigned, change, NOW, named({ assignedToId: 'other' }))).toMatchObject({
      values: { assignedToId: 'other' },
      event: { changes: [{ field: 'assignedTo', from: 'first', to: 'other' }] },
      mails: {
        cancels: { ASSIGNED: 'REASSIGNED', NEW_UNASSIGNED: 'ASSIGNED' },
        enqueued: [
          toAssignee('other'),
          { kind: 'UPDATED', audience: { to: 'concerned' }, reassigned: { assignedId: 'other' } },
        ],
      },
      people: { createdById: 'creator', assignedToId: 'other', productId: null },
    });
    const unassigned = updateTicket(creator, assigned, { assignedTo: null }, NOW, named({ assignedToId: null }));
    expect(unassigned?.mails).toMatchObject({
      enqueued: [{ kind: 'UPDATED', reassigned: { assignedId: null } }, TO_QUEUE],
      cancels: { ASSIGNED: 'UNASSIGNED' },
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
  const mailed = { field: 'priority', from: 'LOW', to: 'HIGH', by: 'creator' };

  test('go to everybody concerned', () => {
    const write = updateTicket(creator, snapshot({ assignedToId: 'other' }), { priority: TicketPriority.HIGH }, NOW);
    const enqueued = [{ kind: 'UPDATED', audience: { to: 'concerned' }, changes: [mailed] }];
    expect(write?.mails).toEqual({ ...NO_MAILS, enqueued });
  });

  test('of which nobody is to hear only take away what became untrue', () => {
    const silent = { priority: TicketPriority.HIGH, notify: false };
    expect(updateTicket(admin, snapshot({ assignedToId: 'other' }), silent, NOW)).toMatchObject({
      event: { notified: false, changes: [{ field: 'priority' }] },
      mails: { enqueued: [{ kind: 'UPDATED', amendsOnly: true, changes: [{ ...mailed, by: 'admin', silent: true }] }] },
    });
    const comment = { id: 'c1', internal: false, notify: false };
    expect(commentOn(admin, snapshot(), comment, NOW)).toMatchObject({ event: { notified: false }, mails: NO_MAILS });
  });

  test('tell a comment to those who may read it, and leave the ticket as it is', () => {
    const write = commentOn(creator, snapshot({ assignedToId: 'other' }), { id: 'c1', internal: true }, NOW);
    expect(write).toMatchObject({
      values: null,
      event: { kind: 'COMMENTED', changes: [], commentId: 'c1' },
      mails: { enqueued: [{ kind: 'REPLIED', internal: true, changes: [{ field: 'comment', from: null, to: 'c1' }] }] },
    });
  });

  test('go to those whom a text names for the first time', () => {
    const naming = { all: ['old', 'new'], added: ['new'] };
    const comment = { id: 'c1', internal: false };
    const mentioned = { kind: 'MENTIONED', audience: { to: 'named', ids: ['new'], reason: 'MENTIONED' } };
    expect(commentOn(creator, snapshot(), comment, NOW, [], naming)).toMatchObject({
      mails: { enqueued: [{ kind: 'REPLIED' }, mentioned] },
      mentions: { commentId: 'c1', userIds: ['old', 'new'] },
    });
    expect(editComment(creator, snapshot(), comment, NOW, naming)).toMatchObject({
      values: null,
      event: null,
      mails: { enqueued: [mentioned] },
    });
    const edit = updateTicket(creator, snapshot(), { title: 'Other' }, NOW, undefined, undefined, naming);
    expect(edit).toMatchObject({
      mails: { enqueued: [{ kind: 'UPDATED' }, { ...mentioned, changes: [{ field: 'text', to: 't1' }] }] },
      mentions: { commentId: null, userIds: ['old', 'new'] },
    });
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
    expect(commentOn(creator, waiting, comment, NOW, changes).mails.enqueued).toMatchObject([
      { kind: 'REPLIED', changes: [{ field: 'comment', from: null, to: 'c1' }] },
      { kind: 'UPDATED', changes },
    ]);
    expect(commentOn(creator, waiting, { ...comment, notify: false }, NOW, changes)).toMatchObject({
      event: { notified: false },
      mails: { enqueued: [{ amendsOnly: true }] },
    });
  });

  test('opens a ticket without an assignee, and one whose assignee is gone', () => {
    const unassigned = snapshot({ status: TicketStatus.ON_HOLD });
    expect(reopenOnReply(unassigned, undefined, { at: NOW, notified: true })?.values).toMatchObject({ status: 'OPEN' });
    const done = snapshot({ status: TicketStatus.DONE, assignedToId: 'gone', closedAt: EARLIER });
    expect([needsLiveAssignee(done.ticket), needsLiveAssignee(snapshot(waits).ticket)]).toEqual([true, false]);
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
    mails: {
      enqueued: [],
      cancels: { ASSIGNED: 'TICKET_DELETED', REPLIED: 'TICKET_DELETED', UPDATED: 'TICKET_DELETED' },
    },
  });
  expect(() => deleteTicket(viewer('somebody'), snapshot(), NOW)).toThrow('may not delete');
});

test('restoreTicket drops what is gone, and leaves a live ticket alone', () => {
  const deleted = snapshot({ deletedAt: EARLIER, productId: 'p', assignedToId: 'u', duplicateOfId: 't2' });
  const live = { productId: null, assignedToId: 'u', duplicateOfId: 't3' };
  expect(restoreTicket(admin, deleted, { live, cancelled: [] }, NOW)).toMatchObject({
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
  expect(restoreTicket(admin, snapshot(), { live, cancelled: [] }, NOW)).toBeNull();
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
    productId: null,
    createdAt: EARLIER,
  };
  const announced = { sendsMail: true, notified: true, now: NOW };
  expect(importTicket({ ...values, assignedToId: null }, announced).mails).toEqual(NO_MAILS);
  expect(importTicket(values, { ...announced, notified: false })).toMatchObject({
    event: { notified: false },
    mails: NO_MAILS,
  });
  expect(importTicket(values, announced)).toMatchObject({
    event: { kind: 'CREATED' },
    mails: { enqueued: [toAssignee('other')] },
    at: EARLIER,
    notifiedAt: NOW,
  });
  expect(importTicket(values, { sendsMail: false, notified: true, now: NOW }).mails).toEqual(NO_MAILS);
});
