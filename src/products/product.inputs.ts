import { Field, ID, InputType } from 'type-graphql';
import { NAME_SEARCH_PRICE, Priced } from '../graphql/prices.js';
import { EmailAddress } from '../graphql/scalars.js';
import { ProductType } from './product.entity.js';

@InputType({ description: 'Every field given must hold; the values of one list are alternatives.' })
export class ProductFilter {
  @Priced(NAME_SEARCH_PRICE)
  @Field(() => String, {
    nullable: true,
    description:
      'Words in any order, each found anywhere in the name; letter case and accents do not matter. At most 200 characters.',
  })
  search?: string | null;

  @Field(() => [ProductType], { nullable: true, description: 'Serves one of these fields.' })
  type?: ProductType[] | null;

  @Field(() => Boolean, { nullable: true, description: 'Default false. True needs canManageTickets.' })
  deleted?: boolean | null;
}

@InputType({ description: 'A product to be made.' })
export class CreateProductInput {
  @Field(() => String, { description: '3 to 100 characters, unique among live products.' })
  name!: string;

  @Field(() => ProductType, { description: 'The field that it serves.' })
  type!: ProductType;

  @Field(() => EmailAddress, { description: 'The e-mail address of the person responsible for it.' })
  ownerEmail!: string;
}

@InputType({ description: 'What a product is to be. What is left out stays.' })
export class UpdateProductInput {
  @Field(() => ID, { description: 'A live product.' })
  id!: string;

  @Field(() => String, { nullable: true, description: '3 to 100 characters, unique among live products.' })
  name?: string | null;

  @Field(() => ProductType, { nullable: true, description: 'The field that it serves. Null is refused.' })
  type?: ProductType | null;

  @Field(() => EmailAddress, {
    nullable: true,
    description: 'The e-mail address of the person responsible for it. Null is refused.',
  })
  ownerEmail?: string | null;
}

@InputType({ description: 'CONFLICT while it has live tickets.' })
export class DeleteProductInput {
  @Field(() => ID, { description: 'A product without live tickets.' })
  id!: string;
}
