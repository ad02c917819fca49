import { GraphQLError } from 'graphql';
import { type DomainError } from '../common/errors.js';

export function extensionsOf({ code, details }: DomainError): Record<string, unknown> {
  return { code, ...details };
}

/** A domain error as a GraphQL error that no field threw. Those that fields throw are converted by `formatError`. */
export function toGraphQLError(error: DomainError): GraphQLError {
  return new GraphQLError(error.message, { extensions: extensionsOf(error) });
}
