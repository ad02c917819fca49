import { GraphQLError } from 'graphql';

/**
 * The refusal of what would cost too much.
 * @param figures which limit it is about, and what it allows (observability/refusal.ts counts by their names)
 */
export function tooComplex(message: string, figures: Readonly<Record<string, number>> = {}): GraphQLError {
  return new GraphQLError(message, { extensions: { ...figures, code: 'QUERY_TOO_COMPLEX', http: { status: 400 } } });
}
