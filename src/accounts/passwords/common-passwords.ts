import { dictionary } from '@zxcvbn-ts/language-common';

/** Some 49,000 leaked passwords, most common first: more than docs/hardening.md asks for. */
const COMMON = new Set(dictionary['passwords-common'].map((password) => password.toLowerCase()));

/** Whether it is among the passwords that guessing programs try first, in any letter case. */
export function isCommonPassword(password: string): boolean {
  return COMMON.has(password.toLowerCase());
}
