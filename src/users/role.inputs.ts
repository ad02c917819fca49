import { Field, ID, InputType } from 'type-graphql';

@InputType()
export class CreateRoleInput {
  @Field(() => String, { description: '1 to 50 characters after trimming, unique without regard to case.' })
  name!: string;

  @Field(() => Boolean)
  canViewAll!: boolean;

  @Field(() => Boolean)
  canEditAll!: boolean;

  @Field(() => Boolean)
  canDeleteAll!: boolean;

  @Field(() => Boolean)
  canManageUsers!: boolean;

  @Field(() => Boolean)
  canManageTickets!: boolean;

  @Field(() => Boolean)
  canAssignTickets!: boolean;
}

@InputType()
export class UpdateRoleInput {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { nullable: true, description: '1 to 50 characters after trimming.' })
  name?: string | null;

  @Field(() => Boolean, { nullable: true })
  canViewAll?: boolean | null;

  @Field(() => Boolean, { nullable: true })
  canEditAll?: boolean | null;

  @Field(() => Boolean, { nullable: true })
  canDeleteAll?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Never taken away from the last person who can manage users.' })
  canManageUsers?: boolean | null;

  @Field(() => Boolean, { nullable: true })
  canManageTickets?: boolean | null;

  @Field(() => Boolean, { nullable: true })
  canAssignTickets?: boolean | null;
}

@InputType({ description: 'Refused while a user holds it, and for the built-in roles.' })
export class DeleteRoleInput {
  @Field(() => ID)
  id!: string;
}
