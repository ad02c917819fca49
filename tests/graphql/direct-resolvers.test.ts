import 'reflect-metadata';
import { expect, test } from '@jest/globals';
import {
  Authorized,
  buildSchemaSync,
  Ctx,
  Field,
  FieldResolver,
  ObjectType,
  Query,
  Resolver,
  Root,
  UseMiddleware,
} from 'type-graphql';
import { checkSimpleFields, Direct, useDirectMethods } from '../../src/graphql/direct-resolvers.js';

@ObjectType({ simpleResolvers: true })
class Shelf {
  @Field(() => String)
  name!: string;

  @Field(() => String)
  @Authorized()
  secret!: string;
}

@Resolver(() => Shelf)
class ShelfResolver {
  @Query(() => Shelf)
  shelf() {
    return {};
  }

  @Direct()
  @UseMiddleware(async (_data, next) => next())
  @FieldResolver(() => String)
  owner(@Root() shelf: { owner: string }, @Ctx() _context: unknown) {
    return shelf.owner;
  }
}

const schema = buildSchemaSync({ resolvers: [ShelfResolver], authChecker: () => true, validate: false });

test('a method with a guard cannot be called without it', () => {
  expect(() => useDirectMethods(schema, [ShelfResolver])).toThrow(
    'ShelfResolver.owner cannot be @Direct: it has a guard',
  );
});

test('a property with a guard cannot be read without it', () => {
  expect(() => checkSimpleFields(schema)).toThrow('Shelf.secret needs a resolver method');
});
