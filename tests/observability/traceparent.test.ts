import { describe, expect, test } from '@jest/globals';
import { formatTraceparent, parseTraceparent } from '../../src/observability/tracing/traceparent.js';

describe('a traceparent', () => {
  const GOOD = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

  test('is read, and written as it was', () => {
    const parsed = parseTraceparent(GOOD);
    expect(parsed && formatTraceparent(parsed)).toBe(GOOD);
  });

  test.each([
    undefined,
    '',
    'canary',
    GOOD.replace('00-', 'ff-'),
    GOOD.toUpperCase(),
    GOOD.replace('4bf92f3577b34da6a3ce929d0e0e4736', '0'.repeat(32)),
    GOOD.replace('00f067aa0ba902b7', '0'.repeat(16)),
    `${GOOD}x`,
  ])('that is none is ignored: %s', (text) => {
    expect(parseTraceparent(text)).toBeUndefined();
  });
});
