/** Line breaks and tabs, which would end the line in which a text is told. */
const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
/** What moves a terminal's cursor, sets its title, or shows what stands beside it in another order. */
const CONTROLS = /[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu;

/** A line with texts of a file in it, as it may go to a terminal. */
export function terminalLine(text: string): string {
  return text.replaceAll(BREAKS, ' ').replaceAll(CONTROLS, '\u{FFFD}');
}
