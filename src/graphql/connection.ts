import 'reflect-metadata';
import { ArgsType, Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { PAGE_FLAG_PRICE } from './prices.js';

/** The sizes of a page. */
export const DEFAULT_PAGE_SIZE = 25;
export const MAX_PAGE_SIZE = 100;

export enum OrderDirection {
  ASC = 'ASC',
  DESC = 'DESC',
}
registerEnumType(OrderDirection, {
  name: 'OrderDirection',
  description: 'Smallest first, or largest first.',
  valuesConfig: {
    ASC: { description: 'Smallest, oldest or first in the alphabet first.' },
    DESC: { description: 'Largest, newest or last in the alphabet first.' },
  },
});

@ArgsType()
export class ConnectionArgs {
  @Field(() => Int, {
    nullable: true,
    description: `Forwards: at most so many, 1 to ${MAX_PAGE_SIZE}; ${DEFAULT_PAGE_SIZE} if neither first nor last is given.`,
  })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Only what comes after this cursor.' })
  after?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: `Backwards: the last so many, 1 to ${MAX_PAGE_SIZE}. Not together with first.`,
  })
  last?: number | null;

  @Field(() => String, { nullable: true, description: 'Only what comes before this cursor.' })
  before?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Where a page lies in its list.' })
export class PageInfo {
  @Field(() => String, { nullable: true, description: "The first one's cursor; null on an empty page." })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The last one's cursor: give it as `after` for the next page; null on an empty page.",
  })
  endCursor!: string | null;

  next!: () => Promise<boolean>;
  previous!: () => Promise<boolean>;

  @Field(() => Boolean, { complexity: PAGE_FLAG_PRICE, description: 'Whether something comes after the page.' })
  async hasNextPage(): Promise<boolean> {
    return this.next();
  }

  @Field(() => Boolean, { complexity: PAGE_FLAG_PRICE, description: 'Whether something comes before the page.' })
  async hasPreviousPage(): Promise<boolean> {
    return this.previous();
  }
}

export interface Edge<Item> {
  readonly cursor: string;
  readonly node: Item;
}

/** What a reader gives for a connection. `count` costs a statement, and only when it is called. */
export interface Connection<Item> {
  readonly edges: readonly Edge<Item>[];
  readonly nodes: readonly Item[];
  readonly pageInfo: Pick<PageInfo, 'startCursor' | 'endCursor' | 'next' | 'previous'>;
  readonly count: () => Promise<number>;
}
