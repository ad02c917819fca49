import 'reflect-metadata';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { type UserError, UserErrorCode } from '../common/user-errors.js';

registerEnumType(UserErrorCode, {
  name: 'UserErrorCode',
  description: 'What kind of thing a person can put right.',
  valuesConfig: {
    REQUIRED: { description: 'Something is missing, or shows nothing.' },
    INVALID: { description: 'The value is not one that the field can have.' },
    TAKEN: { description: 'Somebody else has it already.' },
    NOT_FOUND: { description: 'There is no such thing, or the viewer may not see it.' },
    CONFLICT: { description: 'It does not go together with how things are now.' },
    INVALID_CREDENTIALS: { description: 'A password or token is wrong.' },
    EXPIRED: { description: 'A token is too old, or what it belongs to has ended.' },
  },
});

@ObjectType('UserError', { description: 'Something in the input that a person can put right. Nothing was changed.' })
class UserErrorType implements UserError {
  @Field(() => UserErrorCode, { description: 'What kind of fault it is: clients decide by it.' })
  code!: UserErrorCode;

  @Field(() => String, { description: 'A sentence for the person; clients decide by `code`.' })
  message!: string;

  @Field(() => [String], {
    nullable: true,
    description: 'Path of the input field at fault, e.g. ["input", "title"]; null when no one field is.',
  })
  field!: string[] | null;
}

/** Every payload of a mutation. */
@ObjectType()
export abstract class Payload {
  /** Filled in for all mutations by mutation-errors.ts. */
  @Field(() => [UserErrorType], { description: 'Empty when the change was made.' })
  userErrors?: readonly UserError[];
}
