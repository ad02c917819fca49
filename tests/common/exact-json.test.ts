import { describe, expect, test } from '@jest/globals';
import { InexactNumber, isExactNumber, parseExactJson, stringifyExactJson } from '../../src/common/exact-json.js';

describe('a number is exact', () => {
  test.each([
    ...'0 -0 0.0 1 -1 1.0 1.50 1e3 1E3 1.5e+3 100 0.1 0.10 12.5 1e23 1e-7 9007199254740992 9007199254740994'.split(' '),
    ...'123456789012345 0.1234567890123456 1.7976931348623157e308 5e-324'.split(' '),
    `1${'0'.repeat(300)}`,
  ])('when it is written back as the same one: %s', (source) => {
    expect(isExactNumber(source)).toBe(true);
  });

  test.each([
    ...'9007199254740993 -9007199254740993 123456789012345678901 0.1000000000000000055511151231257827 1e400'.split(' '),
    ...'-1e400 1e-400 1e99999999999999999999 1180591620717411303424 3.14159265358979323846'.split(' '),
    `0.${'0'.repeat(20_000)}1${'0'.repeat(20_000)}1`,
    `1${'0'.repeat(90_000)}1`,
  ])('not when it is another one: %.60s', (source) => {
    expect(isExactNumber(source)).toBe(false);
  });
});

describe('JSON is parsed exactly', () => {
  test.each(['9007199254740993', '1e400', '-1.5E-400', '123456789012345678901', '12345678.123456789012'])(
    'with %s named where it stands',
    (source) => {
      const inexact = new InexactNumber(source);
      expect(parseExactJson(`{"a":${source},"b":[1, ${source}],"c":{"d":\n${source}},"e":"${source}"}`)).toEqual({
        a: inexact,
        b: [1, inexact],
        c: { d: inexact },
        e: source,
      });
    },
  );

  test.each([
    '{"id":"3e45e123-1e12-7e11-8e99-1e999ab12345","phone":"4111111111111111"}',
    '[1.0, 1e3, 0.10, 12.5, -0.5, 123456789012345, 1e22, 1e-7]',
    '{"long":"1234567890123456789","short":1}',
  ])('as JSON.parse does where every number is exact: %s', (text) => {
    expect(parseExactJson(text)).toEqual(JSON.parse(text));
  });

  test('with members of all names, which change no prototype', () => {
    for (const number of ['1', '9007199254740993']) {
      const parsed = parseExactJson(`{"__proto__":{"isAdmin":true},"constructor":{"prototype":{}},"n":${number}}`);
      expect(Object.keys(Object(parsed))).toEqual(['__proto__', 'constructor', 'n']);
      expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
      expect(Object({})['isAdmin']).toBeUndefined();
    }
  });

  test('and written again as it was', () => {
    const text = '{"a":9007199254740993,"b":[1e400,1,"x",null]}';
    expect(stringifyExactJson(parseExactJson(text))).toBe(text);
  });
});
