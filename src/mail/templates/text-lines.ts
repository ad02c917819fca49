/** Whatever a program may take for the end of a line: U+0085, U+2028 and U+2029 are ends in Unicode. */
const LINE_BREAK = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/u;

/** Control characters but the tab: a terminal obeys them, and no mail program shows them. */
const CONTROL_CHARACTERS = /[^\P{Cc}\t]/gu;

/** The lines of a text that a person wrote. Both parts of a mail show these, so that they agree. */
export function linesOf(text: string): string[] {
  return text.split(LINE_BREAK).map((line) => line.replace(CONTROL_CHARACTERS, ' '));
}

/**
 * For the plain text part: no line of it can be taken for one that Docket wrote, such as a link or the signature mark
 * below which it says where to unsubscribe.
 */
export function quotedText(text: string): string {
  return linesOf(text)
    .map((line) => `> ${line}`.trimEnd())
    .join('\n');
}
