import 'reflect-metadata';
import { Field, ID, InterfaceType } from 'type-graphql';

/** What GraphQL gets for an interface or a union: a row that knows its type's name. */
export interface TypedRow {
  __typename: string;
}

@InterfaceType({
  description: 'Anything that can be fetched again by its id. Ids are UUIDs (version 7).',
  resolveType: (value: TypedRow) => value.__typename,
})
export abstract class Node {
  @Field(() => ID, { description: 'A UUID that stays for good.' })
  abstract id: string;
}
