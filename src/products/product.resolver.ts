import { Arg, Args, ArgsType, Ctx, Field, ID, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import { isId } from '../database/id.js';
import { Authorized } from '../graphql/access.js';
import { connectionTypes } from '../graphql/connection-types.js';
import { ConnectionArgs } from '../graphql/connection.js';
import { type Context, signedIn } from '../graphql/context.js';
import { Payload } from '../graphql/errors.js';
import { Product } from './product.entity.js';
import { CreateProductInput, ProductFilter } from './product.inputs.js';

const { Connection: ProductConnection } = connectionTypes('Product', () => Product);

@ArgsType()
class ProductsArgs extends ConnectionArgs {
  @Field(() => ProductFilter, { nullable: true })
  filter?: ProductFilter | null;
}

@ObjectType()
class CreateProductPayload extends Payload {
  productId?: string;

  @Field(() => Product, { nullable: true })
  async product(@Ctx() { loaders }: Context) {
    return this.productId === undefined ? null : loaders.productById.load(this.productId);
  }
}

@Resolver(() => Product)
export class ProductResolver {
  @Authorized()
  @Query(() => Product, { nullable: true, description: 'Null when there is none, or it is deleted.' })
  async product(@Ctx() { loaders }: Context, @Arg('id', () => ID) id: string) {
    const product = isId(id) ? await loaders.productById.load(id.toLowerCase()) : null;
    return product?.deletedAt === null ? product : null;
  }

  @Authorized()
  @Query(() => ProductConnection, { description: 'By name.' })
  async products(@Ctx() context: Context, @Args(() => ProductsArgs) args: ProductsArgs) {
    return context.readers.products.page(signedIn(context), args);
  }

  @Authorized('canManageTickets')
  @Mutation(() => CreateProductPayload, { description: 'Needs canManageTickets.' })
  async createProduct(@Ctx() { services }: Context, @Arg('input', () => CreateProductInput) input: CreateProductInput) {
    return { productId: await services.products.create(input) };
  }
}
