import { Field, InputType } from 'type-graphql';
import { EmailAddress } from '../graphql/scalars.js';

@InputType()
export class SignUpInput {
  @Field(() => EmailAddress)
  email!: string;

  @Field(() => String, { description: "3 to 30 of a-z, 0-9, '_', '-' and '.'; compared without regard to case." })
  username!: string;

  @Field(() => String, { description: '8 to 128 characters, and not a common password.' })
  password!: string;

  @Field(() => String, { description: '1 to 100 characters after trimming.' })
  firstName!: string;

  @Field(() => String, { nullable: true, description: 'At most 100 characters.' })
  lastName?: string | null;
}

@InputType()
export class SignInInput {
  @Field(() => String, { description: 'Username or e-mail.' })
  login!: string;

  @Field(() => String)
  password!: string;
}
