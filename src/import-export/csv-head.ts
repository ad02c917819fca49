const DELIMITERS = [',', ';', '\t'] as const;

/** What the beginning of a CSV file says of the rest. */
export interface CsvHead {
  /** Where the row of names begins. */
  readonly offset: number;
  /** The line in which it begins, from 1. */
  readonly line: number;
  readonly delimiter: string;
  /** A file whose lines end with CR alone has no LF outside of texts. */
  readonly lineEnd: '\n' | '\r';
}

/**
 * Looks at the beginning of a file: Excel's line `sep=;` and the lines `#TYPE …` of PowerShell's Export-Csv are no rows;
 * the row of names shows the delimiter and how lines end.
 * @param final whether this is all of the file
 * @returns null when the row of names is not complete yet
 */
export function readCsvHead(text: string, final: boolean): CsvHead | null {
  let offset = 0;
  let line = 1;
  let delimiter: string | undefined;
  for (;;) {
    const row = firstRow(text, offset);
    if (row === null && !final) return null;
    const { end, lineEnd } = row ?? { end: text.length, lineEnd: '\n' };
    const content = text.slice(offset, end);
    const separator = /^"?sep=(.)"?$/i.exec(content)?.[1];
    if (row === null || (separator === undefined && !/^#TYPE(?: |$)/i.test(content) && content !== '')) {
      return {
        offset,
        line,
        delimiter: delimiter ?? likelyDelimiter(content),
        lineEnd: lineEnd === '\r' ? '\r' : '\n',
      };
    }
    delimiter ??= separator;
    offset = end + lineEnd.length;
    line += 1;
  }
}

/** Up to the first line end outside of quotes; null when there is none, or the next character decides what it is. */
function firstRow(text: string, begin: number): { end: number; lineEnd: string } | null {
  let quoted = false;
  for (let index = begin; index < text.length; index += 1) {
    const character = text[index];
    if (character === '"') quoted = !quoted;
    if (quoted) continue;
    if (character === '\n') return { end: index, lineEnd: '\n' };
    if (character !== '\r') continue;
    if (index + 1 === text.length) return null;
    return { end: index, lineEnd: text[index + 1] === '\n' ? '\r\n' : '\r' };
  }
  return null;
}

function likelyDelimiter(row: string): string {
  const unquoted = row.replaceAll(/"[^"]*"/g, '');
  const count = (delimiter: string) => unquoted.split(delimiter).length;
  return DELIMITERS.reduce((best, candidate) => (count(candidate) > count(best) ? candidate : best));
}
