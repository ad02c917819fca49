import { describe, expect, test } from '@jest/globals';
import { storedSize } from '../../src/common/json-size.js';

describe('the size of JSON as it is stored', () => {
  test.each([
    ['a number', 12.5, '12.5'],
    ['a large number', 1e308, `1${'0'.repeat(308)}`],
    ['a large number with a fraction', -1.25e22, `125${'0'.repeat(20)}`],
    ['a small number', 1e-308, `0.${'0'.repeat(307)}1`],
    ['a small number with a fraction', -1.25e-7, `0.${'0'.repeat(6)}125`],
    ['a text with quotes, and characters of several bytes', 'é"\n', '"é\\"\\n"'],
    ['words', null, 'null'],
  ])('is what PostgreSQL makes of it: %s', (_name, value, stored) => {
    expect(storedSize(value)).toBe(Buffer.byteLength(stored));
  });

  test('counts what holds a value', () => {
    expect(storedSize({ a: [1, true], b: {} })).toBeGreaterThanOrEqual('{"a":[1,true],"b":{}}'.length);
    expect(storedSize({ a: [1, true], b: {} })).toBeLessThan('{"a":[1,true],"b":{}}'.length + 5);
  });
});
