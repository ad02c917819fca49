import { type Opt } from '@mikro-orm/core';
import { Entity, Enum, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { newId } from '../../common/id.js';
import { Node } from '../../graphql/node.js';

/** The six flags of a role, and the vocabulary of `@Authorized`. */
export const ROLE_FLAGS = [
  'canViewAll',
  'canEditAll',
  'canDeleteAll',
  'canManageUsers',
  'canManageTickets',
  'canAssignTickets',
] as const;
export type RoleFlag = (typeof ROLE_FLAGS)[number];

/** The roles that every installation has (docs/access.md). People may rename them; the key stays. */
export enum BuiltInRole {
  ADMIN = 'ADMIN',
  TECH = 'TECH',
  USER = 'USER',
}
registerEnumType(BuiltInRole, {
  name: 'BuiltInRole',
  description: 'The roles that every installation has. They can be renamed and changed, but not deleted.',
  valuesConfig: {
    ADMIN: { description: 'Installed with all six rights.' },
    TECH: { description: 'Installed with all rights but canDeleteAll and canManageUsers.' },
    USER: { description: 'Installed with canViewAll alone; the role of those who sign up.' },
  },
});

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'What the people who hold it may do. Each user has exactly one.',
})
@Entity({ tableName: 'role' })
@Unique({ name: 'role_built_in_unique', properties: ['builtIn'] })
@Unique({ name: 'role_name_unique', properties: ['name'], where: 'deleted_at is null' })
export class Role extends Node {
  @PrimaryKey({ type: 'uuid' })
  override id: Opt<string> = newId();

  @Field(() => String, { description: '1 to 50 characters, unique without regard to case.' })
  @Property({ type: 'string', columnType: 'citext' })
  name!: string;

  @Field(() => Boolean, { description: 'See every ticket. Without it: those you created or are assigned to.' })
  @Property({ type: 'boolean' })
  canViewAll: Opt<boolean> = false;

  @Field(() => Boolean, { description: 'Edit every ticket and comment, not only your own.' })
  @Property({ type: 'boolean' })
  canEditAll: Opt<boolean> = false;

  @Field(() => Boolean, { description: 'Delete every ticket and comment, restore tickets, see deleted ones.' })
  @Property({ type: 'boolean' })
  canDeleteAll: Opt<boolean> = false;

  @Field(() => Boolean, { description: 'Create, change and delete accounts and roles.' })
  @Property({ type: 'boolean' })
  canManageUsers: Opt<boolean> = false;

  @Field(() => Boolean, { description: 'Manage products, change any status, write and read internal comments.' })
  @Property({ type: 'boolean' })
  canManageTickets: Opt<boolean> = false;

  @Field(() => Boolean, { description: 'Assign any ticket.' })
  @Property({ type: 'boolean' })
  canAssignTickets: Opt<boolean> = false;

  /** Which built-in role it is; null for those that people made. */
  @Field(() => BuiltInRole, {
    nullable: true,
    description: 'Which of the built-in roles it is; null for those that people made, which can be deleted.',
  })
  @Enum({ items: () => BuiltInRole, nativeEnumName: 'built_in_role', nullable: true })
  builtIn: BuiltInRole | null = null;

  @Property({ type: 'datetime', length: 3 })
  createdAt!: Date;

  @Property({ type: 'datetime', length: 3, nullable: true })
  deletedAt: Date | null = null;
}
