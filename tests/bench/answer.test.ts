import { describe, expect, test } from '@jest/globals';
import { Answer } from '../../bench/answer.js';

const WITH_LENGTH = 'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"data":{"a":1}';
const IN_CHUNKS = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n7\r\n{"data"\r\n6\r\n:null}\r\n0\r\n\r\n';

describe('An answer that the load generator reads', () => {
  test.each([
    ['a length', WITH_LENGTH],
    ['chunks', IN_CHUNKS],
  ])('with %s ends with its last byte, wherever it is cut', (_with, whole) => {
    for (let cut = 1; cut < whole.length; cut += 1) {
      const answer = new Answer();
      expect(answer.take(Buffer.from(whole.slice(0, cut)))).toBe(false);
      expect(answer.take(Buffer.from(whole.slice(cut)))).toBe(true);
      expect(answer.failure).toBeUndefined();
    }
  });

  test.each([
    ['another status', WITH_LENGTH.replace('200 OK', '503 Service Unavailable')],
    ['errors', WITH_LENGTH.replace('{"data":{"a":1}', '{"errors":[{}]}')],
    ['a user error', WITH_LENGTH.replace('{"data":{"a":1}', '[{"code":"BAD"}')],
  ])('with %s is a failure, and is shown whole', (_with, whole) => {
    const answer = new Answer();
    expect(answer.take(Buffer.from(whole))).toBe(true);
    expect(answer.failure).toBe(whole);
  });

  test('that does not say where it ends is refused', () => {
    expect(() => new Answer().take(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'))).toThrow('does not say where it ends');
  });
});
