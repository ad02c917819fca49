import { Field, ID, InputType } from 'type-graphql';
import { NAME_SEARCH_PRICE, Priced } from '../graphql/prices.js';
import { EmailAddress } from '../graphql/scalars.js';
import { ProductType } from './product.entity.js';

@InputType({ description: 'Every field given must hold; the values of one list are alternatives.' })
export class ProductFilter {
  @Priced(NAME_SEARCH_PRICE)
  @Field(() => String, { nullable: true, description: 'Matches the name.' })
  search?: string | null;

  @Field(() => [ProductType], { nullable: true })
  type?: ProductType[] | null;

  @Field(() => Boolean, { nullable: true, description: 'Default false. True needs canManageTickets.' })
  deleted?: boolean | null;
}

@InputType()
export class CreateProductInput {
  @Field(() => String, { description: '3 to 100 characters, unique among live products.' })
  name!: string;

  @Field(() => ProductType)
  type!: ProductType;

  @Field(() => EmailAddress)
  ownerEmail!: string;
}

@InputType()
export class UpdateProductInput {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { nullable: true, description: '3 to 100 characters, unique among live products.' })
  name?: string | null;

  @Field(() => ProductType, { nullable: true })
  type?: ProductType | null;

  @Field(() => EmailAddress, { nullable: true })
  ownerEmail?: string | null;
}

@InputType({ description: 'CONFLICT while it has live tickets.' })
export class DeleteProductInput {
  @Field(() => ID)
  id!: string;
}
