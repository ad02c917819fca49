import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { userById } from '../accounts/accounts.context.js';
import { type Context } from '../graphql/context.js';
import { Direct } from '../graphql/direct-resolvers.js';
import { Node } from '../graphql/node.js';
import { productById } from '../products/products.context.js';
import { FieldChange } from './ticket-event.entity.js';
import { TICKET_FIELDS } from './ticket.fields.js';
import { ticketById } from './tickets.context.js';

/** By the ticket's fields that refer to something: what they refer to. */
const REFERENCES: ReadonlyMap<string, 'user' | 'product' | 'ticket'> = new Map(
  TICKET_FIELDS.flatMap((field) => (field.kind === 'reference' ? [[field.property, field.to] as const] : [])),
);

/** What a recorded value refers to. Loaders give what the viewer may see. */
const NODES = {
  user: async (context: Context, id: string) => typed('User', await userById(context).load(id)),
  product: async (context: Context, id: string) => typed('Product', await productById(context).load(id)),
  ticket: async (context: Context, id: string) => typed('Ticket', await ticketById(context).load(id)),
};

function typed<Row extends object>(__typename: string, row: Row | null) {
  return row && { ...row, __typename };
}

async function nodeOf(context: Context, field: string, id: string | null) {
  const to = REFERENCES.get(field);
  return to === undefined || id === null ? null : NODES[to](context, id);
}

@Resolver(() => FieldChange)
export class FieldChangeResolver {
  @Direct()
  @FieldResolver(() => Node, {
    nullable: true,
    description:
      'The person, product or ticket that `from` names; deleted people and products too. Null for other fields, and for a ' +
      'ticket that the viewer may not see.',
  })
  async fromNode(@Root() { field, from }: FieldChange, @Ctx() context: Context) {
    return nodeOf(context, field, from);
  }

  @Direct()
  @FieldResolver(() => Node, { nullable: true, description: 'The same of `to`.' })
  async toNode(@Root() { field, to }: FieldChange, @Ctx() context: Context) {
    return nodeOf(context, field, to);
  }
}
