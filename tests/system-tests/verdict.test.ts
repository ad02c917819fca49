import { describe, expect, test } from '@jest/globals';
import { brokenBars, judge } from '../../system-tests/chaos/verdict.js';

const ADA = 'ada@docket.example';
const BOB = 'bob@docket.example';
const KILL = 100_000;

const turn = (email: string | null, at: number) => ({ email, askedAt: at, acknowledgedAt: at + 10 });
const row = (id: string, email: string, sendAt: number, status = 'SENT') => ({
  id,
  kind: 'ASSIGNED',
  mailId: id,
  ticketId: 't',
  email,
  status,
  sendAt,
});
const mail = (id: string, to: string, at: number) => ({
  messageId: `${id}@localhost`,
  ticketId: 't',
  words: [],
  to,
  begunAt: at,
  takenAt: at + 5,
});

function faults(
  turns: ReturnType<typeof turn>[],
  rows: ReturnType<typeof row>[],
  mails: ReturnType<typeof mail>[],
): string[] {
  return brokenBars(
    judge([{ id: 't', turns, said: [], concerned: new Set<string>() }], rows, mails, [KILL], new Set()),
  );
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
      '1 sent to people who may not see the ticket',
    ],
    [
      'a mail after the ticket went to nobody',
      [turn(ADA, 0), turn(null, 3000)],
      [row('a', ADA, 6000)],
      [mail('a', ADA, 6000)],
      '1 sent to people who may not see the ticket',
    ],
    [
      'more than one duplicate a kill',
      [turn(ADA, 0)],
      [row('a', ADA, 6000)],
      [6000, 6500, 7000].map((at) => mail('a', ADA, at)),
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

  describe('of comments', () => {
    const STAFF = 'staff@docket.example';
    const said = { word: 'word0123456789ab', askedAt: 1000, toTell: new Set([STAFF]) };
    const about = (id: string, to: string, words = [said.word]) => ({ ...mail(id, to, 7000), words });
    const faultsOf = (mails: ReturnType<typeof about>[], turns = [turn(BOB, 5000)]) =>
      brokenBars(judge([{ id: 't', turns, said: [said], concerned: new Set() }], [], mails, [KILL], new Set([STAFF])));

    test('has nothing to say when each was told once, also by two copies of one mail', () => {
      const mails = [about('a', STAFF), about('a', STAFF), about('b', ADA)];
      expect(faultsOf(mails, [turn(ADA, 0)])).not.toContainEqual(expect.stringContaining('comment'));
    });

    test('names those who were not told, the one who has the ticket among them', () => {
      expect(faultsOf([about('a', STAFF, [])], [turn(ADA, 0)])).toContain('2 not told of a comment');
    });

    test('names those who were told by two mails', () => {
      expect(faultsOf([about('a', STAFF), about('b', STAFF)])).toContain('1 told of a comment by two mails');
    });

    test('names a mail to somebody who was only mentioned', () => {
      expect(faultsOf([about('a', STAFF), about('b', ADA)])).toContain('1 sent to people who may not see the ticket');
    });
  });
});
