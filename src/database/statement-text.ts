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

const VERB =
  /^\s*(?:with\b[\s\S]*?\)\s*)?(select|insert|update|delete|begin|start|commit|rollback|savepoint|release|set)\b/i;
const TARGET = /\b(?:from|into|update)\s+(?:only\s+)?"?([a-z_]\w*)"?/i;

/** A few words for the statement, of which there are only so many: `select ticket`. */
export function summaryOf(text: string): string {
  const verb = VERB.exec(text)?.[1]?.toLowerCase();
  if (verb === undefined) return 'statement';
  const target = ['select', 'insert', 'update', 'delete'].includes(verb)
    ? TARGET.exec(text)?.[1]?.toLowerCase()
    : undefined;
  return target === undefined ? verb : `${verb} ${target}`;
}
