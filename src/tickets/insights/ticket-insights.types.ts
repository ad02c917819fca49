import { Ctx, Field, Float, Int, ObjectType } from 'type-graphql';
import { type Context } from '../../graphql/context.js';
import { ListSize } from '../../graphql/list-size.js';
import { DateTime } from '../../graphql/scalars.js';
import { Product } from '../../products/product.entity.js';
import { TicketPriority, TicketStatus, TicketType } from '../ticket.entity.js';
import { User } from '../../accounts/users/user.entity.js';
import { userById } from '../../accounts/accounts.context.js';
import { productById } from '../../products/products.context.js';

/** Assumed length, for the query's cost, of lists that are bounded only by the size of the help desk. */
const MANY = 100;

@ObjectType({ description: 'How many tickets have a status now.' })
export class StatusCount {
  @Field(() => TicketStatus, { description: 'The status that is counted.' })
  status!: TicketStatus;

  @Field(() => Int, { description: 'How many tickets have it now, active or not.' })
  count!: number;
}

@ObjectType({ description: 'How many tickets have a priority now.' })
export class PriorityCount {
  @Field(() => TicketPriority, { description: 'The priority that is counted.' })
  priority!: TicketPriority;

  @Field(() => Int, { description: 'Active tickets only.' })
  count!: number;
}

@ObjectType({ description: 'How many tickets are of a type.' })
export class TypeCount {
  @Field(() => TicketType, { description: 'The type that is counted.' })
  type!: TicketType;

  @Field(() => Int, { description: 'How many tickets are of it, active or not.' })
  count!: number;
}

@ObjectType({ description: 'How many tickets are about a product.' })
export class ProductCount {
  productId!: string | null;

  @Field(() => Product, { nullable: true, description: 'Null for tickets without a product.' })
  async product(@Ctx() context: Context) {
    return this.productId === null ? null : productById(context).load(this.productId);
  }

  @Field(() => Int, { description: 'How many tickets are about it, active or not.' })
  count!: number;

  @Field(() => Int, { description: 'Of these, the active ones.' })
  active!: number;
}

@ObjectType({ description: 'What one person has to do.' })
export class UserWorkload {
  userId!: string;

  @Field(() => User, { description: 'Whose tickets are counted.' })
  async user(@Ctx() context: Context) {
    return userById(context).load(this.userId);
  }

  @Field(() => Int, { description: 'Active tickets assigned to them.' })
  active!: number;

  @Field(() => Int, { description: 'Of the active ones, those IN_PROGRESS.' })
  inProgress!: number;

  @Field(() => Int, { description: 'Of the active ones, those of priority EMERGENCY.' })
  emergency!: number;

  @Field(() => Int, { description: 'Tickets assigned to them that were closed in the range and still are.' })
  closedInRange!: number;
}

@ObjectType({ description: 'How many in one day.' })
export class DayCount {
  @Field(() => DateTime, { description: 'When the day begins: midnight in the time zone that was asked for.' })
  day!: Date;

  @Field(() => Int, { description: 'How many tickets; 0 or more.' })
  count!: number;
}

@ObjectType({
  description: 'Counts over every live ticket that matches, whoever may read them; no text, no titles.',
})
export class TicketInsights {
  @Field(() => Int, { description: 'How many tickets there are, active or not.' })
  total!: number;

  @Field(() => Int, { description: 'Neither DONE nor CLOSED.' })
  active!: number;

  @Field(() => Int, { description: 'Unassigned tickets, active or not.' })
  unassigned!: number;

  @Field(() => Int, { description: 'Of the active ones, the unassigned ones.' })
  activeUnassigned!: number;

  @Field(() => Int, {
    description:
      'Active, and without activity for seven days; internal comments are activity for those who may read them.',
  })
  stale!: number;

  @Field(() => [StatusCount], { description: 'Each status, also those with none.' })
  byStatus!: readonly StatusCount[];

  @Field(() => [PriorityCount], { description: 'Each priority, lowest first, also those with none.' })
  byPriority!: readonly PriorityCount[];

  @Field(() => [TypeCount], { description: 'Each type, also those with none.' })
  byType!: readonly TypeCount[];

  @ListSize(MANY)
  @Field(() => [ProductCount], { description: 'Each product with a ticket, most tickets first.' })
  byProduct!: readonly Omit<ProductCount, 'product'>[];

  @ListSize(MANY)
  @Field(() => [UserWorkload], {
    description: 'One row for each user who has an active ticket assigned, most loaded first.',
  })
  workload!: readonly Omit<UserWorkload, 'user'>[];

  @ListSize(MANY)
  @Field(() => [DayCount], {
    description:
      'Tickets created in the range, for each day in timeZone of which the range holds a part, also those with none.',
  })
  created!: readonly DayCount[];

  @ListSize(MANY)
  @Field(() => [DayCount], {
    description: 'The same for tickets that were closed in the range and still are.',
  })
  closed!: readonly DayCount[];

  @Field(() => Float, {
    nullable: true,
    description: 'Median seconds from createdAt to closedAt, over tickets closed in the range; null if none.',
  })
  medianSecondsToClose!: number | null;
}
