import { type Opt, type Ref } from '@mikro-orm/core';
import { Check, Entity, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType } from 'type-graphql';
import { newId } from '../../common/id.js';
import { Joinable } from '../../database/joinable.js';
import { Node } from '../../graphql/node.js';
import { DateTime } from '../../graphql/scalars.js';
import { Role } from '../roles/role.entity.js';

@ObjectType({ implements: Node, simpleResolvers: true, description: 'A person with an account.' })
@Entity({ tableName: 'user' })
// A username is never reused: what its first owner wrote is shown under it.
@Unique({ name: 'user_username_unique', properties: ['username'] })
@Unique({ name: 'user_email_unique', properties: ['email'], where: 'deleted_at is null' })
@Index({ name: 'user_created_at', properties: ['createdAt', 'id'] })
@Index({
  name: 'user_by_username',
  expression: 'create index "user_by_username" on "user" (("username"::text collate "und-x-icu"), "id")',
})
@Index({
  name: 'user_by_name',
  expression:
    'create index "user_by_name" on "user" (((first_name || coalesce(\' \' || last_name, \'\'))::text collate "und-x-icu"), "id")',
})
@Check({ name: 'user_digest_hour_range', expression: '(digest_hour >= 0) AND (digest_hour <= 23)' })
export class User extends Node {
  @PrimaryKey({ type: 'uuid' })
  override id: Opt<string> = newId();

  @Field(() => String, { description: 'Unique without regard to case, and never given to another person.' })
  @Property({ type: 'string', columnType: 'citext' })
  username!: string;

  @Field(() => String, { description: '1 to 100 characters.' })
  @Property({ type: 'text' })
  firstName!: string;

  @Field(() => String, { nullable: true, description: 'At most 100 characters; null for those with one name.' })
  @Property({ type: 'text', nullable: true })
  lastName: string | null = null;

  /** Unique among accounts that are not deleted. The resolver shows it to those who may see it. */
  @Property({ type: 'string', columnType: 'citext' })
  email!: string;

  /** False for an account that signed up, until its address is confirmed: until then the address identifies nobody. */
  @Property({ type: 'boolean' })
  emailConfirmed: Opt<boolean> = true;

  /** The requested new address, until it is confirmed. Several accounts may request the same one. */
  @Property({ type: 'string', columnType: 'citext', nullable: true })
  pendingEmail: string | null = null;

  /** Argon2id in PHC form. Hidden properties are never part of a row (database/db.ts). */
  @Property({ type: 'text', hidden: true, lazy: true })
  passwordHash!: string;

  @ManyToOne({ entity: () => Role, ref: true, deleteRule: 'restrict', updateRule: 'restrict', index: 'user_role_id' })
  @Joinable()
  role!: Ref<Role>;

  /** The four permissions of an account: they narrow the role, never widen it. */
  @Property({ type: 'boolean' })
  mayCreateTickets: Opt<boolean> = true;

  @Property({ type: 'boolean' })
  mayEditTickets: Opt<boolean> = true;

  @Property({ type: 'boolean' })
  mayViewTickets: Opt<boolean> = true;

  @Property({ type: 'boolean' })
  mayDeleteTickets: Opt<boolean> = true;

  @Property({ type: 'boolean' })
  assignmentEmails: Opt<boolean> = true;

  @Property({ type: 'boolean' })
  updateEmails: Opt<boolean> = true;

  @Property({ type: 'boolean' })
  replyEmails: Opt<boolean> = true;

  @Property({ type: 'boolean' })
  mentionEmails: Opt<boolean> = true;

  @Property({ type: 'boolean' })
  queueEmails: Opt<boolean> = true;

  @Property({ type: 'boolean' })
  digestEmails: Opt<boolean> = true;

  /** 0 to 23 in `timeZone`; null: the server's own interval. */
  @Property({ type: 'smallint', nullable: true })
  digestHour: number | null = null;

  @Property({ type: 'text' })
  timeZone: Opt<string> = 'UTC';

  @Field(() => DateTime, { description: 'When the account was made.' })
  @Property({ type: 'datetime', length: 3 })
  createdAt!: Date;

  @Property({ type: 'datetime', length: 3, nullable: true })
  updatedAt: Date | null = null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'Set once the account is deleted; the user then stands only as author of what remains.',
  })
  @Property({ type: 'datetime', length: 3, nullable: true })
  deletedAt: Date | null = null;

  @Property({ type: 'integer', version: true })
  version: Opt<number> = 1;
}
