import { Field, ID, InputType } from 'type-graphql';

@InputType({ description: 'A role to be made. Each flag says what its holders may do.' })
export class CreateRoleInput {
  @Field(() => String, { description: '1 to 50 characters after trimming, unique without regard to case.' })
  name!: string;

  @Field(() => Boolean, { description: 'See every ticket. Without it: those they created or are assigned to.' })
  canViewAll!: boolean;

  @Field(() => Boolean, { description: 'Edit every ticket and comment, not only their own.' })
  canEditAll!: boolean;

  @Field(() => Boolean, { description: 'Delete every ticket and comment, restore tickets, see deleted ones.' })
  canDeleteAll!: boolean;

  @Field(() => Boolean, { description: 'Create, change and delete accounts and roles.' })
  canManageUsers!: boolean;

  @Field(() => Boolean, { description: 'Manage products, change any status, write and read internal comments.' })
  canManageTickets!: boolean;

  @Field(() => Boolean, { description: 'Assign any ticket.' })
  canAssignTickets!: boolean;
}

@InputType({ description: 'What a role is to be. What is left out stays.' })
export class UpdateRoleInput {
  @Field(() => ID, { description: 'One of `roles`.' })
  id!: string;

  @Field(() => String, { nullable: true, description: '1 to 50 characters after trimming.' })
  name?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'See every ticket. Without it: those they created or are assigned to. Null is refused.',
  })
  canViewAll?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Edit every ticket and comment, not only their own. Null is refused.',
  })
  canEditAll?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Delete every ticket and comment, restore tickets, see deleted ones. Null is refused.',
  })
  canDeleteAll?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Never taken away from the last person who can manage users.' })
  canManageUsers?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Manage products, change any status, write and read internal comments. Null is refused.',
  })
  canManageTickets?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Assign any ticket. Null is refused.' })
  canAssignTickets?: boolean | null;
}

@InputType({ description: 'Refused while a user holds it, and for the built-in roles.' })
export class DeleteRoleInput {
  @Field(() => ID, { description: 'A role that nobody holds.' })
  id!: string;
}
