/** Maximum number of people whom one text mentions; further ones are not told. */
export const MAX_MENTIONS = 20;
/** Maximum number of places that are looked at: most of them name nobody. */
const MAX_PLACES = 200;

/** Lengths of usernames (accounts/users/account.ts). */
const SHORTEST_USERNAME = 3;
const LONGEST_USERNAME = 30;

/** Code in backticks, fenced or inline, and web addresses: an @ in them names nobody. */
const NOT_PROSE = /(```|~~~)[^]*?(?:\1|$)|(`+)(?!`)[^]*?[^`]\2(?!`)|\b[a-z][a-z0-9+.-]*:\/\/\S+/giu;

/** An @ that stands neither in a word nor in an address, and the letters that a username may have. */
const AT = /(?<![\p{L}\p{N}\p{M}_.%+@/-])@([a-z0-9_.-]{3,})/giu;

/** Where a name ends: not within a word. */
const IN_WORD = /[a-z0-9_-]/i;

/**
 * The usernames that each place of a text may stand for, longest first and in lower case: a name may have dots, and be
 * followed by one.
 */
export function mentionCandidates(text: string): string[][] {
  const prose = text.replace(NOT_PROSE, (code) => ' '.repeat(code.length));
  const places: string[][] = [];
  for (const [, letters = ''] of prose.matchAll(AT)) {
    if (places.length >= MAX_PLACES) break;
    const names: string[] = [];
    for (let end = Math.min(letters.length, LONGEST_USERNAME); end >= SHORTEST_USERNAME; end -= 1) {
      if (!IN_WORD.test(letters.charAt(end))) names.push(letters.slice(0, end).toLowerCase());
    }
    if (names.length > 0) places.push(names);
  }
  return places;
}
