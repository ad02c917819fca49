import { describe, expect, test } from '@jest/globals';
import { readEnv } from '../../src/app/env.js';

function intervalOf(hours: string, minutes: string, seconds: string): number {
  return readEnv({
    REPORT_SCHEDULE_HOURS: hours,
    REPORT_SCHEDULE_MINUTES: minutes,
    REPORT_SCHEDULE_SECONDS: seconds,
  }).digestIntervalMs;
}

describe('the digest interval', () => {
  test('is the sum of hours, minutes and seconds, and a day when nothing is set', () => {
    expect(intervalOf('12', '30', '20')).toBe(((12 * 60 + 30) * 60 + 20) * 1000);
    expect(intervalOf('0', '0', '5')).toBe(5000);
    expect(readEnv({}).digestIntervalMs).toBe(86_400_000);
  });

  test('of nothing is told together with other faults', () => {
    const settings = { REPORT_SCHEDULE_HOURS: '0', PORT: 'many', ASSIGN_REPORT_SCHEDULE: '-1' };
    expect(() => readEnv(settings)).toThrow(/PORT[^]*ASSIGN_REPORT_SCHEDULE[^]*must add up to more than zero/);
  });

  test.each([
    ['0', '0', '0', 'must add up to more than zero'],
    ['-1', '30', '0', 'REPORT_SCHEDULE_HOURS must be a number, zero or more'],
    ['1', 'half', '0', 'REPORT_SCHEDULE_MINUTES must be a number, zero or more'],
    ['1', '0', 'NaN', 'REPORT_SCHEDULE_SECONDS must be a number, zero or more'],
    ['1', '0', 'Infinity', 'REPORT_SCHEDULE_SECONDS must be a number, zero or more'],
  ])('of %s h %s min %s s refuses to start, and says why', (hours, minutes, seconds, fault) => {
    expect(() => intervalOf(hours, minutes, seconds)).toThrow(fault);
  });
});
