import {
  defaultFieldResolver,
  getNullableType,
  type GraphQLField,
  type GraphQLSchema,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { type Context } from './context.js';
import { UserInputError } from '../common/user-errors.js';

/** Empty lists for a payload's non-null list fields, next to its userErrors. */
function emptyLists(field: GraphQLField<unknown, Context>): Record<string, readonly never[]> {
  const payload = getNullableType(field.type);
  if (!isObjectType(payload)) throw new Error(`The mutation ${field.name} does not return a payload`);
  const lists = Object.values(payload.getFields()).filter(
    ({ type }) => isNonNullType(type) && isListType(getNullableType(type)),
  );
  return Object.fromEntries(lists.map(({ name }) => [name, []]));
}

/** By request: the mutations, by their names in the answer, that came to an end without a fault. */
const made = new WeakMap<Context, Set<string | number>>();

/** Whether a request's mutation made its change, whatever became of the fields of its payload. */
export function isMutationApplied(context: Context, name: string | number): boolean {
  return made.get(context)?.has(name) ?? false;
}

function noteMade(context: Context, name: string | number): void {
  const names = made.get(context) ?? new Set();
  made.set(context, names.add(name));
}

/** Requests that have begun a mutation. */
const begun = new WeakSet<Context>();

/**
 * Lets a document's second mutation, and those after it, see what the ones before it changed: rows are read again, and so are
 * the viewer's rights. Root mutations run one after the other (GraphQL specification, 6.2.2).
 */
async function beginAnother(context: Context): Promise<void> {
  if (begun.has(context)) await context.reload();
  begun.add(context);
}

/**
 * Makes `userErrors` of a `UserInputError` that a mutation throws, and adds an empty list to a payload without. Applied
 * to the built schema, so that no mutation can omit it, and other fields have no overhead.
 */
export function answerUserErrors(schema: GraphQLSchema): void {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const resolve = field.resolve ?? defaultFieldResolver;
    const empty = emptyLists(field);
    field.resolve = async (...parameters) => {
      const [, , context, { path }] = parameters;
      try {
        await beginAnother(context);
        const payload = Object.assign({ userErrors: [] }, await resolve(...parameters));
        noteMade(context, path.key);
        return payload;
      } catch (error) {
        if (!(error instanceof UserInputError)) throw error;
        return { ...empty, ...error.payload, userErrors: error.userErrors };
      }
    };
  }
}
