import { getArgumentValues, GraphQLError, type GraphQLResolveInfo, isObjectType } from 'graphql';
import { type BroughtPages, ConnectionArgs } from '../../graphql/connection.js';
import { type Context, signedIn } from '../../graphql/context.js';
import { onlyPlaceOf, type Selection } from '../../graphql/selection.js';
import { type CommentRow } from './comment.reader.js';

/**
 * The comments that a query asks of tickets, for the tickets' own statement to bring along: a statement less, and no
 * promise for each ticket. Undefined when it asks for none, for several pages of them, or for one that cannot be: then
 * the field itself says so, in its place.
 * @param tickets what is asked of the tickets
 */
export function broughtComments(
  context: Context,
  { schema, variableValues }: GraphQLResolveInfo,
  tickets: Selection,
): BroughtPages<CommentRow> | undefined {
  const selection = tickets.get('comments');
  const place = selection && onlyPlaceOf(selection);
  const type = schema.getType('Ticket');
  const field = isObjectType(type) ? type.getFields()['comments'] : undefined;
  if (!selection || !place || !field) return undefined;
  try {
    const args = Object.assign(new ConnectionArgs(), getArgumentValues(field, place, variableValues));
    return context.readers.comments.broughtByTickets(signedIn(context), args, selection);
  } catch (error) {
    if (error instanceof GraphQLError) return undefined;
    throw error;
  }
}
