import { type Opt } from '@mikro-orm/core';
import { Check, Entity, Enum, Index, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { newId } from '../common/id.js';
import { Node } from '../graphql/node.js';
import { DateTime, EmailAddress } from '../graphql/scalars.js';

export enum ProductType {
  HEALTH_CARE = 'HEALTH_CARE',
  BANKING = 'BANKING',
  OTHERS = 'OTHERS',
}
registerEnumType(ProductType, {
  name: 'ProductType',
  description: 'The field that a product serves.',
  valuesConfig: {
    HEALTH_CARE: { description: 'Health care.' },
    BANKING: { description: 'Banking.' },
    OTHERS: { description: 'Anything else.' },
  },
});

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A software system that tickets can be created for.',
})
@Entity({ tableName: 'product' })
@Unique({ name: 'product_name_unique', properties: ['name'], where: 'deleted_at is null' })
@Index({
  name: 'product_by_name',
  expression: 'create index "product_by_name" on "product" (("name"::text collate "und-x-icu"), "id")',
})
@Check({ name: 'product_name_length', expression: '(char_length(name) >= 3) AND (char_length(name) <= 100)' })
export class Product extends Node {
  @PrimaryKey({ type: 'uuid' })
  override id: Opt<string> = newId();

  @Field(() => String, { description: '3 to 100 characters, unique among live products without regard to case.' })
  @Property({ type: 'string', columnType: 'citext' })
  name!: string;

  @Field(() => ProductType, { description: 'The field that it serves.' })
  @Enum({ items: () => ProductType, nativeEnumName: 'product_type' })
  type!: ProductType;

  @Field(() => EmailAddress, { description: 'The e-mail address of the person responsible for it.' })
  @Property({ type: 'string', columnType: 'citext' })
  ownerEmail!: string;

  @Field(() => DateTime, { description: 'When it was made.' })
  @Property({ type: 'datetime', length: 3 })
  createdAt!: Date;

  @Property({ type: 'datetime', length: 3, nullable: true })
  updatedAt: Date | null = null;

  @Field(() => DateTime, { nullable: true, description: 'Set once the product is deleted.' })
  @Property({ type: 'datetime', length: 3, nullable: true })
  deletedAt: Date | null = null;

  @Property({ type: 'integer', version: true })
  version: Opt<number> = 1;
}
