import { Field, ID, InputType, registerEnumType } from 'type-graphql';
import { OrderDirection } from '../graphql/connection.js';
import { EmailAddress } from '../graphql/scalars.js';

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

@InputType()
export class CreateUserInput {
  @Field(() => EmailAddress)
  email!: string;

  @Field(() => String, { description: "3 to 30 of a-z, 0-9, '_', '-' and '.'; compared without regard to case." })
  username!: string;

  @Field(() => String, {
    description: '8 to 128 characters, not one of them repeated, and not a common password.',
  })
  password!: string;

  @Field(() => String, { description: '1 to 100 characters after trimming.' })
  firstName!: string;

  @Field(() => String, { nullable: true, description: 'At most 100 characters.' })
  lastName?: string | null;

  @Field(() => ID)
  roleId!: string;
}

@InputType()
export class UpdateUserInput {
  @Field(() => ID)
  id!: string;

  @Field(() => EmailAddress, {
    nullable: true,
    description:
      'Of your own account: see currentPassword, and User.pendingEmail. The address that you have takes a pending one back.',
  })
  email?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Needed to change the e-mail address of your own account: REQUIRED when it is missing, INVALID_CREDENTIALS when it is ' +
      'wrong, limited as signIn is. With the address that you have and did not confirm, the mail is sent again.',
  })
  currentPassword?: string | null;

  @Field(() => String, { nullable: true, description: "3 to 30 of a-z, 0-9, '_', '-' and '.'." })
  username?: string | null;

  @Field(() => String, { nullable: true, description: '1 to 100 characters after trimming.' })
  firstName?: string | null;

  @Field(() => String, { nullable: true, description: 'At most 100 characters. Null clears it.' })
  lastName?: string | null;

  @Field(() => ID, { nullable: true, description: 'Needs canManageUsers.' })
  roleId?: string | null;
}

@InputType()
export class TicketPermissionsInput {
  @Field(() => Boolean)
  create!: boolean;

  @Field(() => Boolean)
  edit!: boolean;

  @Field(() => Boolean)
  view!: boolean;

  @Field(() => Boolean)
  delete!: boolean;
}

@InputType()
export class SetTicketPermissionsInput {
  @Field(() => ID)
  userId!: string;

  @Field(() => TicketPermissionsInput)
  permissions!: TicketPermissionsInput;
}

@InputType()
export class DeleteUserInput {
  @Field(() => ID)
  id!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'Needed to delete your own account: REQUIRED when it is missing, INVALID_CREDENTIALS when it is wrong, limited as signIn is.',
  })
  currentPassword?: string | null;
}
