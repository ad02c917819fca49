import 'reflect-metadata';
import { getNamedType, type GraphQLSchema, isInputObjectType, isObjectType } from 'graphql';
import { type BuildSchemaOptions, buildSchemaSync, type PubSub } from 'type-graphql';
import { AuthResolver } from '../accounts/sign-in/auth.resolver.js';
import { SessionResolver } from '../accounts/sessions/session.resolver.js';
import { TicketTimelineResolver } from '../tickets/timeline/timeline.resolver.js';
import { TicketCommentsResolver, UserCommentsResolver } from '../tickets/comments/comment-lists.resolver.js';
import { CommentResolver } from '../tickets/comments/comment.resolver.js';
import { NotificationResolver } from '../notifications/notification.resolver.js';
import { NotificationSettingsResolver } from '../notifications/notification-settings.resolver.js';
import { TicketInsightsResolver } from '../tickets/insights/ticket-insights.resolver.js';
import { ProductResolver } from '../products/product.resolver.js';
import { SimilarTicketResolver } from '../tickets/similar-ticket.resolver.js';
import { CaughtUp } from '../tickets/changes/caught-up.type.js';
import { LiveChangeResolver } from '../tickets/changes/live-change.resolver.js';
import { FieldChangeResolver } from '../tickets/field-change.resolver.js';
import { TicketChangeResolver } from '../tickets/changes/ticket-change.resolver.js';
import { TicketEventResolver } from '../tickets/ticket-event.resolver.js';
import { ProductTicketsResolver, UserTicketsResolver } from '../tickets/ticket-lists.resolver.js';
import { WatchResolver } from '../tickets/watching/watch.resolver.js';
import { TicketMutationResolver } from '../tickets/ticket-mutation.resolver.js';
import { TicketCountsResolver } from '../tickets/ticket-counts.resolver.js';
import { TicketActivityResolver } from '../tickets/ticket-activity.resolver.js';
import { TicketRightsResolver } from '../tickets/ticket-rights.resolver.js';
import { TicketResolver } from '../tickets/ticket.resolver.js';
import { AccountResolver } from '../accounts/users/account.resolver.js';
import { UserResolver } from '../accounts/users/user.resolver.js';
import { checkAccess } from '../accounts/access.js';
import { checkSimpleFields, useDirectMethods, useTypeNames } from '../graphql/direct-resolvers.js';
import { answerUserErrors } from '../graphql/mutation-errors.js';
import { NodeResolver } from './node.resolver.js';

const OPERATION_TYPES: Readonly<Record<string, string>> = {
  Subscription: 'What can be followed as it happens. Each field says who may follow it.',
  Query: 'What can be asked for. Each field says who may ask; all but `viewer` need a signed-in viewer.',
  Mutation:
    'What can be changed. Each field says who may do it. Whatever a person can put right comes back as userErrors, with ' +
    'nothing changed; errors with extensions.maybeDone leave open whether the change was made.',
};

/** An argument without a description gets that of its input type. */
function describeArguments(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    type.description ??= OPERATION_TYPES[type.name];
    for (const argument of Object.values(type.getFields()).flatMap(({ args }) => args)) {
      argument.description ??= getNamedType(argument.type).description;
    }
  }
}

/** Inputs of which exactly one field is given. TypeGraphQL has no option for it. */
const ONE_OF = ['UserRef'];

/** Makes inputs @oneOf: GraphQL then refuses any other number of fields, and null. */
function markOneOf(schema: GraphQLSchema): void {
  for (const name of ONE_OF) {
    const type = schema.getType(name);
    if (!isInputObjectType(type)) throw new Error(`${name} is no input type`);
    type.isOneOf = true;
  }
}

function refuseTopic(topic: string): never {
  throw new Error(`There is no topic ${topic}: subscriptions read the log of changes`);
}

const NO_TOPICS: PubSub = { publish: refuseTopic, subscribe: refuseTopic };

const RESOLVERS: BuildSchemaOptions['resolvers'] = [
  AuthResolver,
  SessionResolver,
  AccountResolver,
  UserResolver,
  ProductResolver,
  TicketResolver,
  TicketRightsResolver,
  TicketActivityResolver,
  TicketCountsResolver,
  UserTicketsResolver,
  ProductTicketsResolver,
  SimilarTicketResolver,
  TicketMutationResolver,
  WatchResolver,
  TicketEventResolver,
  FieldChangeResolver,
  TicketTimelineResolver,
  TicketChangeResolver,
  LiveChangeResolver,
  CommentResolver,
  TicketCommentsResolver,
  UserCommentsResolver,
  NotificationResolver,
  NotificationSettingsResolver,
  TicketInsightsResolver,
  NodeResolver,
];

/** The whole API. Services and viewer come with each request's context: one schema serves every server in a process. */
export function createSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: RESOLVERS,
    // Subscriptions bring their own sources.
    pubSub: NO_TOPICS,
    authChecker: checkAccess,
    // For @VisibleIf; @Authorized throws.
    authMode: 'null',
    // Services validate inputs, and report faults as userErrors.
    validate: false,
    // Besides, only reachable types are part of the API, not base classes of payloads.
    orphanedTypes: [CaughtUp],
  });
  describeArguments(schema);
  markOneOf(schema);
  useTypeNames(schema);
  useDirectMethods(schema, RESOLVERS);
  checkSimpleFields(schema);
  answerUserErrors(schema);
  return schema;
}
