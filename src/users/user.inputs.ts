import { Field, ID, InputType, registerEnumType } from 'type-graphql';
import { OrderDirection } from '../graphql/connection.js';

@InputType({ description: 'Every field given must hold; the values of one list are alternatives.' })
export class UserFilter {
  @Field(() => String, {
    nullable: true,
    description: 'Matches username and name, and e-mail where the viewer may see it.',
  })
  search?: string | null;

  @Field(() => [ID], { nullable: true })
  roleId?: string[] | null;

  @Field(() => Boolean, { nullable: true, description: 'Default false. True needs canManageUsers.' })
  deleted?: boolean | null;
}

export enum UserOrderField {
  CREATED_AT = 'CREATED_AT',
  USERNAME = 'USERNAME',
  NAME = 'NAME',
}
registerEnumType(UserOrderField, { name: 'UserOrderField', description: 'What a list of users is ordered by.' });

@InputType({ description: 'Default: CREATED_AT ASC. Ties are broken by id in the same direction.' })
export class UserOrder {
  @Field(() => UserOrderField)
  field!: UserOrderField;

  @Field(() => OrderDirection)
  direction!: OrderDirection;
}
