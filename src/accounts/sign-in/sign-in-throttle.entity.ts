import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

/** When passwords were tried for one account, by anybody, on any instance. Kept for accounts that do not exist too. */
@Entity({ tableName: 'sign_in_throttle' })
export class SignInThrottleEntry {
  /** Hash of the account's id, or of a login that names none. */
  @PrimaryKey({ type: 'text' })
  key!: string;

  // Its length is left out: the ORM finds none in the database, and would ask for a migration for ever.
  @Property({ type: 'array', columnType: 'timestamptz[]' })
  attempts!: string[];
}
