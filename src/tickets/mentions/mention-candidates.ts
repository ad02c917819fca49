/** Maximum number of people whom one text mentions; further ones are not told. */
export const MAX_MENTIONS = 20;
/** Maximum number of places that are looked at: most of them name nobody. */
const MAX_PLACES = 200;

/** Lengths of usernames (accounts/users/account.ts). */
const MIN_USERNAME_LENGTH = 3;
const MAX_USERNAME_LENGTH = 30;

/**
 * Code in backticks, fenced or inline, and web addresses: an @ in them names nobody. An address is found by what follows
 * its scheme: a pattern that begins with the scheme takes time by the square of the length of a long word.
 */
const NOT_PROSE = /(```|~~~)[^]*?(?:\1|$)|(`+)(?!`)[^]*?[^`]\2(?!`)|(?<=[a-z0-9+.-]):\/\/\S+/giu;

/** An @ that stands neither in a word nor in an address, and the letters that a username may have. */
const AT = /(?<![\p{L}\p{N}\p{M}_.%+@/-])@([a-z0-9_.-]{3,})/giu;

/**
 * What may not follow a name: the rest of a word or of an address. Scripts without upper and lower case, which write no
 * spaces between words, may.
 */
const IN_WORD = /^[a-z0-9_@\p{Lu}\p{Ll}\p{Lt}\p{M}-]/u;

/**
 * The usernames that each place of a text may stand for, longest first and in lower case: a name may have dots, and be
 * followed by one.
 */
export function mentionCandidates(text: string): string[][] {
  if (!text.includes('@')) return [];
  const prose = text.replace(NOT_PROSE, (code) => ' '.repeat(code.length));
  const places: string[][] = [];
  for (const { 1: letters = '', index } of prose.matchAll(AT)) {
    if (places.length >= MAX_PLACES) break;
    const names: string[] = [];
    for (let end = Math.min(letters.length, MAX_USERNAME_LENGTH); end >= MIN_USERNAME_LENGTH; end -= 1) {
      if (!IN_WORD.test(prose.slice(index + 1 + end, index + 3 + end))) names.push(letters.slice(0, end).toLowerCase());
    }
    if (names.length > 0) places.push(names);
  }
  return places;
}
