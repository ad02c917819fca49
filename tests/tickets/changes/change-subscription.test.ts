import { afterEach, expect, jest, test } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ChangeFeed } from '../../../src/tickets/changes/change-feed.js';
import { TicketChangeKind } from '../../../src/tickets/changes/change-kind.js';
import { type VisibleChange } from '../../../src/tickets/changes/change-log.reader.js';
import { ChangeSubscription, type SubscriptionParts } from '../../../src/tickets/changes/change-subscription.js';

const MINUTE_MS = 60_000;

afterEach(() => void jest.restoreAllMocks());

function change(id: number): VisibleChange {
  const position = { horizon: '1', id: String(id), writtenAt: '1' };
  return { position, kind: TicketChangeKind.CHANGED, ticketId: String(id), isDeleted: false, eventId: null };
}

/** One that has caught up: the log is not read. */
async function caughtUp() {
  let cuts = 0;
  const parts = {
    live: { join: async () => change(0).position, leave: () => {} },
    feed: Object.create(ChangeFeed.prototype),
    filter: null,
    viewer: () => ({ sessionId: 'one' }),
    cutClient: () => {
      cuts += 1;
    },
    since: null,
  };
  // No more of them is used.
  const subscription = new ChangeSubscription(parts as unknown as SubscriptionParts);
  expect(await subscription.next()).toMatchObject({ value: { caughtUpAt: { id: '0' } } });
  return { subscription, cuts: () => cuts };
}

function later(milliseconds: number): void {
  const now = performance.now.bind(performance);
  jest.spyOn(performance, 'now').mockImplementation(() => now() + milliseconds);
}

test('a client that waited a minute for a change is not cut by a burst while its first message is made', async () => {
  const { subscription, cuts } = await caughtUp();
  const first = subscription.next();
  await nextTurn();
  later(MINUTE_MS);
  subscription.notify(change(1));
  subscription.notify(change(2));
  expect(await first).toMatchObject({ value: { ticketId: '1' } });
  subscription.notify(change(3));
  expect(cuts()).toBe(0);
  expect(await subscription.next()).toMatchObject({ value: { ticketId: '2' } });
});

test('one that has not taken its last message for a minute is cut by the next change', async () => {
  const { subscription, cuts } = await caughtUp();
  subscription.notify(change(1));
  later(MINUTE_MS);
  subscription.notify(change(2));
  expect(cuts()).toBe(1);
});
