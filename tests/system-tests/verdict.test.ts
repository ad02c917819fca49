import { describe, expect, test } from '@jest/globals';
import { brokenBars, judge } from '../../system-tests/chaos/verdict.js';

const ADA = 'ada@docket.example';
const BOB = 'bob@docket.example';
const KILL = 100_000;

const turn = (email: string | null, at: number) => ({ email, askedAt: at, acknowledgedAt: at + 10 });
const row = (id: string, email: string, sendAt: number, status = 'SENT') => ({
  id,
  ticketId: 't',
  email,
  status,
  sendAt,
});
const mail = (id: string, to: string, at: number) => ({
  messageId: `${id}@localhost`,
  to,
  begunAt: at,
  takenAt: at + 5,
});

function faults(
  turns: ReturnType<typeof turn>[],
  rows: ReturnType<typeof row>[],
  mails: ReturnType<typeof mail>[],
): string[] {
  return brokenBars(judge([{ id: 't', turns }], rows, mails, [KILL]));
}

describe('the verdict over a chaos run', () => {
  test('has nothing to say about a mail to the one who has the ticket', () => {
    const turns = [turn(ADA, 0), turn(BOB, 3000)];
    const rows = [row('a', ADA, 6000, 'CANCELLED'), row('b', BOB, 9000)];
    expect(faults(turns, rows, [mail('b', BOB, 9020)])).toEqual([]);
  });

  test.each([
    ['a mail that never came', [turn(ADA, 0)], [row('a', ADA, 6000)], [], '1 lost'],
    ['a mail that still waits', [turn(ADA, 0)], [row('a', ADA, 6000, 'SCHEDULED')], [mail('a', ADA, 6000)], '1 lost'],
    ['a mail cancelled by mistake', [turn(ADA, 0)], [row('a', ADA, 6000, 'CANCELLED')], [], '1 lost'],
    [
      'a mail after the ticket went to somebody else',
      [turn(ADA, 0), turn(BOB, 3000)],
      [row('a', ADA, 6000), row('b', BOB, 9000)],
      [mail('a', ADA, 6000), mail('b', BOB, 9000)],
      '1 sent after being unassigned',
    ],
    [
      'a mail after the ticket went to nobody',
      [turn(ADA, 0), turn(null, 3000)],
      [row('a', ADA, 6000)],
      [mail('a', ADA, 6000)],
      '1 sent after being unassigned',
    ],
    [
      'more duplicates than kills',
      [turn(ADA, 0)],
      [row('a', ADA, 6000)],
      [mail('a', ADA, 6000), mail('a', ADA, 7000), mail('a', ADA, 8000)],
      '2 duplicates after 1 kills',
    ],
    [
      'two mails for one turn',
      [turn(ADA, 0)],
      [row('a', ADA, 6000), row('b', ADA, 6000)],
      [mail('a', ADA, 6000), mail('b', ADA, 6000)],
      '1 mails too many with another Message-ID',
    ],
    [
      'a mail that is late',
      [turn(ADA, 0)],
      [row('a', ADA, 6000)],
      [mail('a', ADA, 9000)],
      'p99 late 3005 ms while healthy',
    ],
  ])('names %s', (_what, turns, rows, mails, fault) => {
    expect(faults(turns, rows, mails)).toContain(fault);
  });

  test('does not blame a late mail on a worker that was just killed', () => {
    expect(faults([turn(ADA, 0)], [row('a', ADA, KILL + 500)], [mail('a', ADA, KILL + 9000)])).toEqual([]);
  });
});
