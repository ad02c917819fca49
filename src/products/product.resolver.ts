import { Arg, Args, ArgsType, Ctx, Field, ID, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import { isId } from '../common/id.js';
import { Authorized } from '../accounts/access.js';
import { connectionTypes } from '../graphql/connection-types.js';
import { ConnectionArgs } from '../graphql/connection.js';
import { type Context } from '../graphql/context.js';
import { signedIn } from '../accounts/accounts.context.js';
import { Payload } from '../graphql/payload.js';
import { Product } from './product.entity.js';
import { CreateProductInput, DeleteProductInput, ProductFilter, UpdateProductInput } from './product.inputs.js';
import { productById } from './products.context.js';

const { Connection: ProductConnection } = connectionTypes('Product', () => Product);

@ArgsType()
class ProductsArgs extends ConnectionArgs {
  @Field(() => ProductFilter, { nullable: true })
  filter?: ProductFilter | null;
}

@ObjectType()
abstract class ProductPayload extends Payload {
  productId?: string;

  @Field(() => Product, { nullable: true, description: 'Null when there were userErrors.' })
  async product(@Ctx() context: Context) {
    return this.productId === undefined ? null : productById(context).load(this.productId);
  }
}

@ObjectType({ description: 'What createProduct answers.' })
class CreateProductPayload extends ProductPayload {}

@ObjectType({ description: 'What updateProduct answers.' })
class UpdateProductPayload extends ProductPayload {}

@ObjectType({ description: 'What deleteProduct answers.' })
class DeleteProductPayload extends ProductPayload {}

@Resolver(() => Product)
export class ProductResolver {
  @Authorized()
  @Query(() => Product, { nullable: true, description: 'Null when there is none, or it is deleted.' })
  async product(@Ctx() context: Context, @Arg('id', () => ID, { description: "The product's." }) id: string) {
    const product = isId(id) ? await productById(context).load(id.toLowerCase()) : null;
    return product?.deletedAt === null ? product : null;
  }

  @Authorized()
  @Query(() => ProductConnection, { description: 'By name, as people sort names.' })
  async products(@Ctx() context: Context, @Args(() => ProductsArgs) args: ProductsArgs) {
    return context.readers.products.page(signedIn(context), args);
  }

  @Authorized('canManageTickets')
  @Mutation(() => CreateProductPayload, { description: 'Needs canManageTickets.' })
  async createProduct(@Ctx() { services }: Context, @Arg('input', () => CreateProductInput) input: CreateProductInput) {
    return { productId: await services.products.create(input) };
  }

  @Authorized('canManageTickets')
  @Mutation(() => UpdateProductPayload, { description: 'Needs canManageTickets.' })
  async updateProduct(@Ctx() { services }: Context, @Arg('input', () => UpdateProductInput) input: UpdateProductInput) {
    return { productId: await services.products.update(input) };
  }

  @Authorized('canManageTickets')
  @Mutation(() => DeleteProductPayload, { description: 'Needs canManageTickets. CONFLICT while it has live tickets.' })
  async deleteProduct(@Ctx() { services }: Context, @Arg('input', () => DeleteProductInput) input: DeleteProductInput) {
    return { productId: await services.products.delete(input.id) };
  }
}
