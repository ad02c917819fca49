import { Field, ID, InputType } from 'type-graphql';
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

@InputType()
export class RefreshSessionInput {
  @Field(() => String)
  refreshToken!: string;
}

@InputType()
export class RequestPasswordResetInput {
  @Field(() => EmailAddress)
  email!: string;
}

@InputType()
export class ResetPasswordInput {
  @Field(() => String, { description: 'From the mail. Works once, for one hour.' })
  token!: string;

  @Field(() => String, { description: '8 to 128 characters, and not a common password.' })
  newPassword!: string;
}

@InputType()
export class RevokeSessionInput {
  @Field(() => ID)
  id!: string;
}

@InputType()
export class ChangePasswordInput {
  @Field(() => String)
  currentPassword!: string;

  @Field(() => String, { description: '8 to 128 characters, and not a common password.' })
  newPassword!: string;
}
