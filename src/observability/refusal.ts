import { type GraphQLFormattedError } from 'graphql';

/** Why a request was refused before anything of it ran, or because of who asks and how often. */
export type RefusalRule =
  | 'body_size'
  | 'body_type'
  | 'tokens'
  | 'syntax'
  | 'validation'
  | 'depth'
  | 'aliases'
  | 'directives'
  | 'repeats'
  | 'cost'
  | 'variables'
  | 'answer_size'
  | 'secrets_in_one_document'
  | 'mutation_by_get'
  | 'batch'
  | 'csrf'
  | 'bad_request'
  | 'unauthenticated'
  | 'forbidden'
  | 'rate_limit';

/** Members that a QUERY_TOO_COMPLEX error has for the limit it is about (graphql/query-limits.ts). */
const LIMITS = ['depth', 'aliases', 'directives', 'repeats', 'cost', 'variables'] as const;

/**
 * Matched by message, as there is no code: graphql-js reports the limit of tokens as a syntax error, and Apollo refuses these
 * requests as BAD_REQUEST before a plugin sees them. Only a metric's label depends on it; tests/observability/refusals.test.ts
 * covers each.
 */
const TOO_MANY_TOKENS = /Document contains more that \d+ tokens/;
const BAD_REQUESTS: readonly [RegExp, RefusalRule][] = [
  [/Cross-Site Request Forgery/, 'csrf'],
  [/batching disabled/, 'batch'],
  [/^GET requests only support query/, 'mutation_by_get'],
];

const BY_CODE: Readonly<Record<string, RefusalRule>> = {
  GRAPHQL_VALIDATION_FAILED: 'validation',
  UNAUTHENTICATED: 'unauthenticated',
  FORBIDDEN: 'forbidden',
  RATE_LIMITED: 'rate_limit',
};

/** The rule by which GraphQL refused, or undefined when the error is no refusal. */
export function ruleOf({ message, extensions = {} }: GraphQLFormattedError): RefusalRule | undefined {
  switch (extensions['code']) {
    case 'QUERY_TOO_COMPLEX':
      if ('answerBytes' in extensions) return 'answer_size';
      return LIMITS.find((name) => name in extensions) ?? 'secrets_in_one_document';
    case 'GRAPHQL_PARSE_FAILED':
      return TOO_MANY_TOKENS.test(message) ? 'tokens' : 'syntax';
    case 'BAD_REQUEST':
      return BAD_REQUESTS.find(([pattern]) => pattern.test(message))?.[1] ?? 'bad_request';
    default:
      return BY_CODE[String(extensions['code'])];
  }
}

/** The rule by which HTTP refused a body, before GraphQL saw it. */
export function ruleOfBody(code: unknown): RefusalRule | undefined {
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return 'body_size';
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'BODY_CHARSET':
    case 'BODY_ENCODED':
      return 'body_type';
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'BODY_NOT_UTF_8':
    case 'QUERY_NOT_UTF_8':
      return 'bad_request';
    default:
      return undefined;
  }
}
