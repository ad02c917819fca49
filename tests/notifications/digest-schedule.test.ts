import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { nextDigestAt, scheduleInWords } from '../../src/notifications/digest-schedule.js';
import { timeZoneNamed } from '../../src/common/time-zone.js';

const HOUR = 3_600_000;
const INTERVAL = 12 * HOUR + 30 * 60_000 + 20_000;

/** Day and hour that a clock on the wall shows, by Intl and so by other arithmetic than the code's. */
function localDayAndHour(instant: Date, timeZone: string): { day: number; hour: number } {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' });
  const hours = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit' });
  return { day: Date.parse(format.format(instant)) / (24 * HOUR), hour: Number(hours.format(instant)) };
}

function byHour(digestHour: number, timeZone: string, now: string, lastDueAt: string | null = null): string {
  const plan = { digestHour, timeZone, lastDueAt: lastDueAt === null ? null : new Date(lastDueAt) };
  return nextDigestAt(plan, new Date(now), INTERVAL).toISOString();
}

function byInterval(now: string, lastDueAt: string | null): string {
  const plan = { digestHour: null, timeZone: 'UTC', lastDueAt: lastDueAt === null ? null : new Date(lastDueAt) };
  return nextDigestAt(plan, new Date(now), INTERVAL).toISOString();
}

describe('by the interval, the next digest', () => {
  test('is one interval from now when there was none before', () => {
    expect(byInterval('2026-03-02T08:00:00.000Z', null)).toBe('2026-03-02T20:30:20.000Z');
  });

  test('keeps the spacing, however late the last one left', () => {
    expect(byInterval('2026-03-02T20:31:59.123Z', '2026-03-02T20:30:20.000Z')).toBe('2026-03-03T09:00:40.000Z');
  });

  test('does not make up for those that were missed', () => {
    const next = byInterval('2026-03-09T00:00:00.000Z', '2026-03-02T20:30:20.000Z');
    expect(Date.parse(next)).toBeGreaterThan(Date.parse('2026-03-09T00:00:00.000Z'));
    expect((Date.parse(next) - Date.parse('2026-03-02T20:30:20.000Z')) % INTERVAL).toBe(0);
  });

  test('comes after one that staff took back', () => {
    expect(byInterval('2026-03-02T10:00:00.000Z', '2026-03-02T20:30:20.000Z')).toBe('2026-03-03T09:00:40.000Z');
  });
});

describe('by the hour, the next digest', () => {
  test.each([
    ['later today', 7, 'Europe/Stockholm', '2026-03-02T05:59:59.999Z', '2026-03-02T06:00:00.000Z'],
    [
      'tomorrow when the hour has struck',
      7,
      'Europe/Stockholm',
      '2026-03-02T06:00:00.000Z',
      '2026-03-03T06:00:00.000Z',
    ],
    [
      'today where it is already tomorrow',
      7,
      'Pacific/Auckland',
      '2026-03-02T12:00:00.000Z',
      '2026-03-02T18:00:00.000Z',
    ],
    ['at midnight', 0, 'America/New_York', '2026-03-02T00:00:00.000Z', '2026-03-02T05:00:00.000Z'],
    ['with an offset of half an hour', 23, 'Asia/Kolkata', '2026-03-02T00:00:00.000Z', '2026-03-02T17:30:00.000Z'],
    ['before the clocks go on', 7, 'Europe/Stockholm', '2026-03-28T00:00:00.000Z', '2026-03-28T06:00:00.000Z'],
    ['after the clocks went on', 7, 'Europe/Stockholm', '2026-03-28T06:00:00.000Z', '2026-03-29T05:00:00.000Z'],
    [
      'where the clocks go on when its hour is skipped',
      2,
      'Europe/Stockholm',
      '2026-03-28T12:00:00.000Z',
      '2026-03-29T01:00:00.000Z',
    ],
    [
      'again at its hour on the day after',
      2,
      'Europe/Stockholm',
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:00:00.000Z',
    ],
    ['at the first of two', 2, 'Europe/Stockholm', '2026-10-24T12:00:00.000Z', '2026-10-25T00:00:00.000Z'],
    ['not at the second of two', 2, 'Europe/Stockholm', '2026-10-25T00:00:00.000Z', '2026-10-26T01:00:00.000Z'],
    ['where midnight is skipped', 0, 'Africa/Cairo', '2026-04-23T12:00:00.000Z', '2026-04-23T22:00:00.000Z'],
    [
      'where the clocks change by half an hour',
      2,
      'Australia/Lord_Howe',
      '2026-10-03T00:00:00.000Z',
      '2026-10-03T15:30:00.000Z',
    ],
  ])('is %s', (_when, hour, timeZone, now, expected) => {
    expect(byHour(hour, timeZone, now)).toBe(expected);
  });

  test('is tomorrow when staff took back that of today', () => {
    expect(byHour(7, 'UTC', '2026-03-02T06:00:00.000Z', '2026-03-02T07:00:00.000Z')).toBe('2026-03-03T07:00:00.000Z');
  });

  test('comes once on each local day, at its hour or within the gap after it, in every time zone', () => {
    const zones = Intl.supportedValuesOf('timeZone');
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 23 }),
        fc.date({ min: new Date('2024-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }),
        (timeZone, digestHour, now) => {
          let at = now;
          const days = Array.from({ length: 4 }, () => {
            at = nextDigestAt({ digestHour, timeZone, lastDueAt: null }, at, INTERVAL);
            const { day, hour } = localDayAndHour(at, timeZone);
            expect([digestHour, digestHour + 1]).toContain(hour);
            return day;
          });
          expect(days.map((day) => day - (days[0] ?? 0))).toEqual([0, 1, 2, 3]);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a time zone', () => {
  test.each([
    ['Europe/Stockholm', 'Europe/Stockholm'],
    ['europe/stockholm', 'Europe/Stockholm'],
    ['UTC', 'UTC'],
    ['Europe/Kyiv', 'Europe/Kyiv'],
  ])('%s is known', (name, spelling) => {
    expect(timeZoneNamed(name)).toBe(spelling);
  });

  test.each(['Mars/Olympus', '', '+01:00', 'Europe/Stockholm\r\nBcc: eve@example.com', 'x'.repeat(10_000), '\0'])(
    '%j is none',
    (name) => {
      expect(timeZoneNamed(name)).toBeNull();
    },
  );
});

describe('in words, the schedule', () => {
  test.each([
    [7, INTERVAL, 'every day at 07:00 (Europe/Stockholm)'],
    [null, INTERVAL, 'every 12 hours, 30 minutes and 20 seconds'],
    [null, 24 * HOUR, 'every 24 hours'],
    [null, HOUR, 'every 1 hour'],
  ])('%p %p is %s', (digestHour, interval, words) => {
    expect(scheduleInWords({ digestHour, timeZone: 'Europe/Stockholm' }, interval)).toBe(words);
  });
});
