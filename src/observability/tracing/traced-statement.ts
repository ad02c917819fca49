import { LRUCache } from 'lru-cache';
import { summaryOf, withoutValues } from '../../database/statement-text.js';
import { currentScope } from '../scope.js';

const MAX_REMEMBERED = 500;
/** By text with parameters, of which there are not many; the ORM's own texts hold values and differ each time. */
const remembered = new LRUCache<string, { summary: string; shown: string }>({ max: MAX_REMEMBERED });

function wordsFor(text: string, isReusable: boolean): { summary: string; shown: string } {
  const known = remembered.get(text);
  if (known) return known;
  const shown = withoutValues(text);
  const words = { summary: summaryOf(shown), shown };
  if (isReusable) remembered.set(text, words);
  return words;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}

/**
 * Runs a statement in a span, if something is measured just now: pollings and sweeps are not.
 * @param query what pg's `Client.query` was called with; a promise comes of it, unless it has a callback or is a cursor
 */
export function tracedStatement<Result>(text: unknown, values: unknown, query: () => Result): Result {
  const parent = currentScope()?.span;
  if (parent === undefined || typeof text !== 'string') return query();
  const { summary, shown } = wordsFor(text, Array.isArray(values) && values.length > 0);
  const span = parent.child(summary, 'client', {
    'db.system.name': 'postgresql',
    'db.query.summary': summary,
    'db.query.text': shown,
  });
  const result = query();
  if (!(result instanceof Promise)) {
    span.end();
    return result;
  }
  // Not finally(): its promise would reject beside the one that is returned, with nobody to handle it.
  result.then(
    () => span.end(),
    (error: unknown) => span.end(codeOf(error)),
  );
  return result;
}
