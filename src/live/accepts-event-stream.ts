import { weightedValues } from '../http/weighted-values.js';

const EVENT_STREAM = 'text/event-stream';
const MEDIA_TYPES_OF_GRAPHQL = new Set(['application/json', 'application/graphql-response+json']);

/**
 * Whether an Accept header (RFC 9110, 12.5.1) asks for server-sent events: it names them, and no JSON at the same or a higher
 * weight. Some clients name both in every request, and want JSON for queries.
 */
export function acceptsEventStream(accept: string | undefined): boolean {
  // Every request is asked, and nearly all want JSON.
  if (accept === undefined || !accept.toLowerCase().includes(EVENT_STREAM)) return false;
  const ranges = weightedValues(accept);
  const weightOf = (wanted: (type: string) => boolean) =>
    Math.max(0, ...ranges.filter(({ value }) => wanted(value)).map(({ weight }) => weight));
  return weightOf((type) => type === EVENT_STREAM) > weightOf((type) => MEDIA_TYPES_OF_GRAPHQL.has(type));
}
