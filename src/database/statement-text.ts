/**
 * What may hold a value in a statement: the ORM writes values into the text itself. Identifiers in double quotes are
 * matched to be kept: a quote inside them begins no string.
 */
const TOKENS =
  /"(?:[^"]|"")*"|\b[eE]'(?:[^'\\]|\\.|'')*'?|'(?:[^']|'')*'?|\$(\w*)\$[\s\S]*?(?:\$\1\$|$)|(?<![\w$.])\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b/g;

/** `(?, ?, ?)` and `($1, $2)`, as often as there were values. */
const LISTS = /([([])\s*(?:\?|\$\d+)(?:\s*,\s*(?:\?|\$\d+))+\s*([)\]])/g;
const REPEATED_ROWS = /(\([^()]*\?[^()]*\))(?:\s*,\s*\1)+/g;

/** The statement with `?` for every value, so that it can be shown, and equal work looks equal. */
export function withoutValues(text: string): string {
  return text
    .replace(TOKENS, (token) => (token.startsWith('"') ? token : '?'))
    .replace(LISTS, '$1?$2')
    .replace(REPEATED_ROWS, '$1')
    .replace(/\s+/g, ' ')
    .trim();
}

const VERB = /^\s*(select|insert|update|delete|begin|start|commit|rollback|savepoint|release|set)\b/i;
const TARGET = /\b(?:from|into|update)\s+(?:only\s+)?"?([a-z_]\w*)"?/i;
/** What a statement that begins with `with` is for: the first thing that it writes. */
const WRITES = /\b(insert)\s+into\s+"?(\w+)|\b(update)\s+"?(\w+)"?(?:\s+\w+)?\s+set\b|\b(delete)\s+from\s+"?(\w+)/i;
const HAS_TARGET = new Set(['select', 'insert', 'update', 'delete']);

/** A few words for the statement, of which there are only so many: `select ticket`. */
export function summaryOf(text: string): string {
  const isNamed = /^\s*with\b/i.test(text);
  const written = isNamed
    ? WRITES.exec(text)
        ?.slice(1)
        .filter((word) => word !== undefined)
    : undefined;
  if (written) return written.join(' ').toLowerCase();
  const verb = isNamed ? 'select' : VERB.exec(text)?.[1]?.toLowerCase();
  if (verb === undefined) return 'statement';
  const target = HAS_TARGET.has(verb) ? TARGET.exec(text)?.[1]?.toLowerCase() : undefined;
  return target === undefined ? verb : `${verb} ${target}`;
}
