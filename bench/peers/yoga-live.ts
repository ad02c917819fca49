// A plain graphql-yoga server with a subscription over server-sent events, an in-memory pubsub and no access checks. Prints its port.
import { createServer } from 'node:http';
import { createPubSub, createSchema, createYoga } from 'graphql-yoga';

interface Ticket {
  readonly number: number;
  readonly title: string;
  readonly priority: string;
}

const pubSub = createPubSub<{ changes: [Ticket] }>();
let number = 0;

const schema = createSchema({
  typeDefs: `
    type Ticket { number: Int! title: String! priority: String! }
    type Change { cursor: String! ticket: Ticket! }
    type Query { ok: Boolean }
    type Mutation { createTicket(title: String!, priority: String!): Ticket! }
    type Subscription { ticketChanges(priority: String): Change! }`,
  resolvers: {
    Mutation: {
      createTicket: (_root, { title, priority }: { title: string; priority: string }) => {
        number += 1;
        const ticket = { number, title, priority };
        pubSub.publish('changes', ticket);
        return ticket;
      },
    },
    Subscription: {
      ticketChanges: {
        async *subscribe(_root: unknown, { priority }: { priority?: string }) {
          for await (const ticket of pubSub.subscribe('changes')) {
            if (priority === undefined || ticket.priority === priority) {
              yield { ticketChanges: { cursor: String(ticket.number), ticket } };
            }
          }
        },
      },
    },
  },
});

const yoga = createYoga({ schema, logging: false });
const server = createServer((incoming, response) => void yoga(incoming, response));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(typeof address === 'object' && address !== null ? address.port : '');
});
