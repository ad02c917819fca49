import { Field, ID, InputType, registerEnumType } from 'type-graphql';
import { OrderDirection } from '../../graphql/connection.js';
import { NAME_SEARCH_PRICE, Priced } from '../../graphql/prices.js';
import { EmailAddress } from '../../graphql/scalars.js';

@InputType({ description: 'Every field given must hold; the values of one list are alternatives.' })
export class UserFilter {
  @Priced(NAME_SEARCH_PRICE)
  @Field(() => String, {
    nullable: true,
    description:
      'Words in any order, each found anywhere in username or name, or e-mail where the viewer may see it; letter case ' +
      'and accents do not matter. At most 200 characters.',
  })
  search?: string | null;

  @Field(() => [ID], { nullable: true, description: 'Holds one of these roles.' })
  roleId?: string[] | null;

  @Field(() => Boolean, { nullable: true, description: 'Default false. True needs canManageUsers.' })
  deleted?: boolean | null;
}

export enum UserOrderField {
  CREATED_AT = 'CREATED_AT',
  USERNAME = 'USERNAME',
  NAME = 'NAME',
}
registerEnumType(UserOrderField, {
  name: 'UserOrderField',
  description: 'What a list of users is ordered by.',
  valuesConfig: {
    CREATED_AT: { description: 'By when the account was made.' },
    USERNAME: { description: 'By username, as people sort names.' },
    NAME: { description: 'By first name, then last name, as people sort names.' },
  },
});

@InputType({ description: 'Default: CREATED_AT ASC. Ties are broken by id in the same direction.' })
export class UserOrder {
  @Field(() => UserOrderField, { description: 'What counts first.' })
  field!: UserOrderField;

  @Field(() => OrderDirection, { description: 'Which end comes first.' })
  direction!: OrderDirection;
}

@InputType({ description: 'An account to be made.' })
export class CreateUserInput {
  @Field(() => EmailAddress, { description: 'Unique among accounts without regard to case.' })
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

  @Field(() => ID, { description: 'One of `roles`.' })
  roleId!: string;
}

@InputType({ description: 'What an account is to be. What is left out stays.' })
export class UpdateUserInput {
  @Field(() => ID, { description: 'Your own account, or any with canManageUsers.' })
  id!: string;

  @Field(() => EmailAddress, {
    nullable: true,
    description:
      'Unique among accounts without regard to case; null is refused. Of your own account: see currentPassword, and User.pendingEmail. The address that you have takes a pending one back.',
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

@InputType({ description: 'What a user may do with tickets at all. It narrows the role, never widens it.' })
export class TicketPermissionsInput {
  @Field(() => Boolean, { description: 'Create tickets. False takes the right away whatever the role says.' })
  create!: boolean;

  @Field(() => Boolean, {
    description: 'Change tickets and comments. False takes the right away whatever the role says.',
  })
  edit!: boolean;

  @Field(() => Boolean, { description: 'See tickets. False takes the right away whatever the role says.' })
  view!: boolean;

  @Field(() => Boolean, {
    description: 'Delete tickets and comments. False takes the right away whatever the role says.',
  })
  delete!: boolean;
}

@InputType({ description: 'What a user may do with tickets at all.' })
export class SetTicketPermissionsInput {
  @Field(() => ID, { description: 'Whose permissions they are.' })
  userId!: string;

  @Field(() => TicketPermissionsInput, { description: 'All four, as they are to be.' })
  permissions!: TicketPermissionsInput;
}

@InputType({ description: 'Which account is to go.' })
export class DeleteUserInput {
  @Field(() => ID, { description: 'Your own account, or any with canManageUsers.' })
  id!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'Needed to delete your own account: REQUIRED when it is missing, INVALID_CREDENTIALS when it is wrong, limited as signIn is.',
  })
  currentPassword?: string | null;
}
