import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { OrderDirection } from '../graphql/connection.js';
import { DateTime, EmailAddress, JSONObject } from '../graphql/scalars.js';
import { TicketPriority, TicketStatus, TicketType } from './ticket.entity.js';

@InputType({ description: 'Half-open: from <= instant < to. Either end may be left out.' })
export class DateTimeRange {
  @Field(() => DateTime, { nullable: true })
  from?: Date | null;

  @Field(() => DateTime, { nullable: true })
  to?: Date | null;
}

@InputType({ description: 'Exactly one field is given.' })
export class UserRef {
  @Field(() => ID, { nullable: true })
  id?: string | null;

  @Field(() => String, { nullable: true })
  username?: string | null;

  @Field(() => EmailAddress, { nullable: true })
  email?: string | null;
}

@InputType()
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

  @Field(() => JSONObject, { nullable: true })
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
}

@InputType()
export class UpdateTicketInput {
  @Field(() => ID)
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

  @Field(() => JSONObject, { nullable: true })
  details?: Record<string, unknown> | null;

  @Field(() => TicketType, { nullable: true })
  type?: TicketType | null;

  @Field(() => TicketPriority, { nullable: true })
  priority?: TicketPriority | null;

  @Field(() => TicketStatus, { nullable: true })
  status?: TicketStatus | null;

  @Field(() => ID, { nullable: true })
  productId?: string | null;

  @Field(() => UserRef, { nullable: true, description: 'Null unassigns.' })
  assignedTo?: UserRef | null;
}

@InputType()
export class DeleteTicketInput {
  @Field(() => ID)
  id!: string;
}

export enum TicketOrderField {
  NUMBER = 'NUMBER',
  CREATED_AT = 'CREATED_AT',
  UPDATED_AT = 'UPDATED_AT',
  PRIORITY = 'PRIORITY',
  STATUS = 'STATUS',
}
registerEnumType(TicketOrderField, {
  name: 'TicketOrderField',
  description: 'What a list of tickets is ordered by.',
  valuesConfig: {
    UPDATED_AT: { description: 'Never-changed tickets count by createdAt.' },
    PRIORITY: { description: 'EMERGENCY highest.' },
  },
});

@InputType({ description: 'Default: CREATED_AT DESC. Ties are broken by number in the same direction.' })
export class TicketOrder {
  @Field(() => TicketOrderField)
  field!: TicketOrderField;

  @Field(() => OrderDirection)
  direction!: OrderDirection;
}

@InputType({ description: 'Every field given must hold; the values of one list are alternatives.' })
export class TicketFilter {
  @Field(() => String, {
    nullable: true,
    description:
      'Words in title, description and comments; 12, #12 or the subject of a mail also finds ticket 12. At most 200 ' +
      'characters. All words must be there, the last one may be unfinished; accents and case do not matter. When that ' +
      'finds nothing, one slip in each word of five letters or more is forgiven, but not inside `not`.',
  })
  search?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it is neither DONE nor CLOSED.' })
  active?: boolean | null;

  @Field(() => [TicketStatus], { nullable: true })
  status?: TicketStatus[] | null;

  @Field(() => [TicketPriority], { nullable: true })
  priority?: TicketPriority[] | null;

  @Field(() => [TicketType], { nullable: true })
  type?: TicketType[] | null;

  @Field(() => [ID], { nullable: true })
  productId?: string[] | null;

  @Field(() => [ID], { nullable: true })
  createdById?: string[] | null;

  @Field(() => [ID], { nullable: true })
  assignedToId?: string[] | null;

  @Field(() => Boolean, { nullable: true })
  unassigned?: boolean | null;

  @Field(() => DateTimeRange, { nullable: true })
  createdAt?: DateTimeRange | null;

  @Field(() => DateTimeRange, { nullable: true, description: 'Never-changed tickets count by createdAt.' })
  updatedAt?: DateTimeRange | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Default false. True needs canDeleteAll. Counts for the whole filter, wherever in it it stands.',
  })
  deleted?: boolean | null;

  @Field(() => [TicketFilter], { nullable: true, description: 'All of them. Nests with or and not at most five deep.' })
  and?: TicketFilter[] | null;

  @Field(() => [TicketFilter], { nullable: true, description: 'At least one of them.' })
  or?: TicketFilter[] | null;

  @Field(() => TicketFilter, { nullable: true, description: 'Whatever it does not let through.' })
  not?: TicketFilter | null;
}
