import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { OrderDirection } from '../graphql/connection.js';
import { Priced, SEARCH_PRICE } from '../graphql/prices.js';
import { DateTime, EmailAddress, JSONObject } from '../graphql/scalars.js';
import { TicketPriority, TicketStatus, TicketType } from './ticket.entity.js';

@InputType({ description: 'Half-open: from <= instant < to. Either end may be left out.' })
export class DateTimeRange {
  @Field(() => DateTime, { nullable: true, description: 'The first instant. Left out: no beginning.' })
  from?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'The first instant after the range. Left out: no end.' })
  to?: Date | null;
}

@InputType({ description: 'Exactly one field is given.' })
export class UserRef {
  @Field(() => ID, { nullable: true, description: 'By id.' })
  id?: string | null;

  @Field(() => String, { nullable: true, description: 'By username, without regard to case.' })
  username?: string | null;

  @Field(() => EmailAddress, { nullable: true, description: 'By e-mail address, without regard to case.' })
  email?: string | null;
}

@InputType({ description: 'A ticket to be created.' })
export class CreateTicketInput {
  @Field(() => ID, {
    nullable: true,
    description:
      "A UUID of the client's own choice: sending the same call again returns the first ticket and creates nothing.",
  })
  id?: string | null;

  @Field(() => String, { description: '1 to 200 characters after trimming.' })
  title!: string;

  @Field(() => String, { description: '1 to 10,000 characters after trimming.' })
  description!: string;

  @Field(() => JSONObject, {
    nullable: true,
    description:
      'A JSON object of whatever else belongs to it, at most 100 levels deep. Numbers are refused that a double does not hold as they are written. Default null.',
  })
  details?: Record<string, unknown> | null;

  @Field(() => TicketType, { nullable: true, description: 'Default BUG.' })
  type?: TicketType | null;

  @Field(() => TicketPriority, { nullable: true, description: 'Default MEDIUM.' })
  priority?: TicketPriority | null;

  @Field(() => TicketStatus, { nullable: true, description: 'Default OPEN.' })
  status?: TicketStatus | null;

  @Field(() => ID, { nullable: true, description: 'A live product.' })
  productId?: string | null;

  @Field(() => UserRef, { nullable: true, description: 'Gets a mail about it after the delay.' })
  assignedTo?: UserRef | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Default true. False needs canManageTickets: nobody is mailed, and the history says so.',
  })
  notify?: boolean | null;
}

/** What an update of one ticket and of several can set. */
@InputType()
export abstract class TicketChangeInput {
  @Field(() => TicketType, { nullable: true, description: 'Left out, it stays; null is refused.' })
  type?: TicketType | null;

  @Field(() => TicketPriority, { nullable: true, description: 'Left out, it stays; null is refused.' })
  priority?: TicketPriority | null;

  @Field(() => TicketStatus, {
    nullable: true,
    description: 'Left out, it stays; null is refused. Also for the assignee and canManageTickets.',
  })
  status?: TicketStatus | null;

  @Field(() => ID, { nullable: true, description: 'A live product. Left out, it stays; null clears it.' })
  productId?: string | null;

  @Field(() => UserRef, { nullable: true, description: 'Null unassigns.' })
  assignedTo?: UserRef | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Default true. False needs canManageTickets: nobody is mailed, and the history says so.',
  })
  notify?: boolean | null;
}

@InputType({ description: 'What a ticket is to be. What is left out stays.' })
export class UpdateTicketInput extends TicketChangeInput {
  @Field(() => ID, { description: 'A ticket that the viewer may see.' })
  id!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'CONFLICT if the ticket has another version by now; the payload then holds the ticket as it is.',
  })
  expectedVersion?: number | null;

  @Field(() => String, { nullable: true, description: '1 to 200 characters after trimming.' })
  title?: string | null;

  @Field(() => String, { nullable: true, description: '1 to 10,000 characters after trimming.' })
  description?: string | null;

  @Field(() => JSONObject, {
    nullable: true,
    description:
      'A JSON object of whatever else belongs to it, at most 100 levels deep. Numbers are refused that a double does not hold as they are written. All of it is replaced; null clears it.',
  })
  details?: Record<string, unknown> | null;
}

@InputType({ description: 'Which ticket is to go.' })
export class DeleteTicketInput {
  @Field(() => ID, { description: 'A ticket that the viewer may delete.' })
  id!: string;
}

export enum TicketOrderField {
  NUMBER = 'NUMBER',
  CREATED_AT = 'CREATED_AT',
  UPDATED_AT = 'UPDATED_AT',
  PRIORITY = 'PRIORITY',
  STATUS = 'STATUS',
  LAST_ACTIVITY = 'LAST_ACTIVITY',
  RELEVANCE = 'RELEVANCE',
}
registerEnumType(TicketOrderField, {
  name: 'TicketOrderField',
  description: 'What a list of tickets is ordered by.',
  valuesConfig: {
    NUMBER: { description: 'By number.' },
    CREATED_AT: { description: 'By when they were reported.' },
    STATUS: { description: 'OPEN lowest, then as TicketStatus has them.' },
    UPDATED_AT: { description: 'Never-changed tickets count by createdAt.' },
    PRIORITY: { description: 'EMERGENCY highest.' },
    LAST_ACTIVITY: { description: 'By lastActivityAt.' },
    RELEVANCE: {
      description:
        'By where the words of `search` stand: titles before descriptions before comments, the newest first among equals. ' +
        'Best first among the newest 1,000 hits of `search`: DESC and forwards only, BAD_USER_INPUT otherwise or without search.',
    },
  },
});

@InputType({
  description:
    'Default: CREATED_AT DESC. At most three, each field once; the first counts most. Ties are broken by number in the ' +
    'direction of the last.',
})
export class TicketOrder {
  @Field(() => TicketOrderField, { description: 'What counts first.' })
  field!: TicketOrderField;

  @Field(() => OrderDirection, { description: 'Which end comes first.' })
  direction!: OrderDirection;
}

/** The most ids that a filter names. */
export const MAX_FILTER_IDS = 100;

@InputType({
  description:
    'Every field given must hold; the values of one list are alternatives. False asks for the opposite of true.',
})
export class TicketFilter {
  @Priced(SEARCH_PRICE)
  @Field(() => String, {
    nullable: true,
    description:
      'Words in title, description and comments; 12, #12 or the subject of a mail also finds ticket 12. At most 200 ' +
      'characters. All words must be there, the last one may be unfinished; accents and case do not matter. When that ' +
      'finds nothing, one slip in each word of five letters or more is forgiven, but not inside `not`.',
  })
  search?: string | null;

  @Field(() => [ID], { nullable: true, description: `One of these tickets; at most ${MAX_FILTER_IDS}.` })
  id?: string[] | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it is neither DONE nor CLOSED.' })
  active?: boolean | null;

  @Field(() => [TicketStatus], { nullable: true, description: 'In one of these states.' })
  status?: TicketStatus[] | null;

  @Field(() => [TicketPriority], { nullable: true, description: 'Of one of these priorities.' })
  priority?: TicketPriority[] | null;

  @Field(() => [TicketType], { nullable: true, description: 'Of one of these types.' })
  type?: TicketType[] | null;

  @Field(() => [ID], { nullable: true, description: 'About one of these products.' })
  productId?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'Reported by one of these people.' })
  createdById?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'Assigned to one of these people.' })
  assignedToId?: string[] | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether the viewer is WATCHING it.' })
  watchedByMe?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it is unassigned.' })
  unassigned?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it is about no product.' })
  withoutProduct?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it is assigned to the viewer.' })
  assignedToMe?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether the viewer reported it.' })
  createdByMe?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether it is a duplicate of a ticket that the viewer may see.',
  })
  duplicate?: boolean | null;

  @Field(() => DateTimeRange, { nullable: true, description: 'Reported in this range.' })
  createdAt?: DateTimeRange | null;

  @Field(() => DateTimeRange, { nullable: true, description: 'Never-changed tickets count by createdAt.' })
  updatedAt?: DateTimeRange | null;

  @Field(() => DateTimeRange, { nullable: true, description: 'Closed in this range; active tickets are in none.' })
  closedAt?: DateTimeRange | null;

  @Field(() => DateTimeRange, { nullable: true, description: 'By what the viewer may read, as lastActivityAt.' })
  lastActivityAt?: DateTimeRange | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Default false. True needs canDeleteAll. Applies to the whole filter, wherever it is nested.',
  })
  deleted?: boolean | null;

  @Field(() => [TicketFilter], { nullable: true, description: 'All of them. Nests with or and not at most five deep.' })
  and?: TicketFilter[] | null;

  @Field(() => [TicketFilter], { nullable: true, description: 'At least one of them.' })
  or?: TicketFilter[] | null;

  @Field(() => TicketFilter, { nullable: true, description: 'Whatever it does not let through.' })
  not?: TicketFilter | null;
}
