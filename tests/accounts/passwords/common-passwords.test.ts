import { describe, expect, test } from '@jest/globals';
import { dictionary } from '@zxcvbn-ts/language-common';
import { isCommonPassword } from '../../../src/accounts/passwords/common-passwords.js';
import { checkNewPassword } from '../../../src/accounts/users/account.js';
import { InputCheck } from '../../../src/common/input-check.js';

/** docs/hardening.md, "Signing in". */
const MAX_COMMON_PASSWORDS = 10_000;

function isRefused(password: string): boolean {
  const check = new InputCheck();
  checkNewPassword(check, 'password', password);
  try {
    check.done();
    return false;
  } catch {
    return true;
  }
}

describe('a password', () => {
  test('is refused when it is one of the ten thousand most common, in any letter case', () => {
    const common = dictionary['passwords-common'].slice(0, MAX_COMMON_PASSWORDS);
    expect(common).toHaveLength(MAX_COMMON_PASSWORDS);
    expect(common.filter((password) => !isRefused(password))).toEqual([]);
    expect(common.filter((password) => !isCommonPassword(password.toUpperCase()))).toEqual([]);
  });

  // From lists that are published each year, whatever dictionary is used.
  test.each([
    '12345678',
    '123456789',
    'password1',
    'qwertyuiop',
    '1q2w3e4r5t',
    'iloveyou',
    'sunshine',
    'Football',
    'baseball1',
    'trustno1',
    'letmein1',
  ])('is refused: %s', (password) => expect(isRefused(password)).toBe(true));

  test.each(['violet anvil 42', '密码学很有意思密码', 'hunter2 hunter2', 'abcabcabc'])(
    'needs no digits or capitals: %s',
    (password) => expect(isRefused(password)).toBe(false),
  );
});
