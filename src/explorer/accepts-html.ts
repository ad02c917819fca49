import { weightedValues } from '../http/weighted-values.js';

const MEDIA_TYPES_OF_GRAPHQL = new Set(['application/json', 'application/graphql-response+json']);

/**
 * Whether an Accept header is a browser's, opening a page: it names text/html, and no GraphQL media type at the same
 * or a higher weight. A header that leaves the choice to the server (`*`/`*`, or none) is a program's.
 */
export function acceptsHtml(accept: string | undefined): boolean {
  // Every request is asked, and nearly all are programs'.
  if (accept === undefined || !/text\/html/i.test(accept)) return false;
  const ranges = weightedValues(accept);
  const weightOf = (wanted: (type: string) => boolean) =>
    Math.max(0, ...ranges.filter(({ value }) => wanted(value)).map(({ weight }) => weight));
  return weightOf((type) => type === 'text/html') > weightOf((type) => MEDIA_TYPES_OF_GRAPHQL.has(type));
}
