import { oneLine } from './one-line.js';

/** The letters of Unicode's bidirectional classes R and AL stand in these blocks. */
const RIGHT_TO_LEFT = /[\u0590-\u08FF\u200F\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

const LEFT_TO_RIGHT_MARK = '\u200E';

/**
 * A name or a title as a part of an English sentence. Two right-to-left names with only punctuation between them are one
 * right-to-left text by Unicode's rules (UAX 9), and are shown in reverse order: "A → B" becomes "B → A". The invisible
 * mark after each of them ends it.
 */
export function inSentence(text: string): string {
  const line = oneLine(text);
  return RIGHT_TO_LEFT.test(line) ? `${line}${LEFT_TO_RIGHT_MARK}` : line;
}
