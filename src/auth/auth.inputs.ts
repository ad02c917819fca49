import { Field, ID, InputType } from 'type-graphql';
import { EmailAddress } from '../graphql/scalars.js';

@InputType({ description: 'The account that a person makes for themselves.' })
export class SignUpInput {
  @Field(() => EmailAddress, { description: 'Unique among accounts without regard to case.' })
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

@InputType({ description: 'Who signs in.' })
export class SignInInput {
  @Field(() => String, { description: 'Username or e-mail.' })
  login!: string;

  @Field(() => String, { description: "The account's." })
  password!: string;
}

@InputType({ description: 'The token of the session that is to go on.' })
export class RefreshSessionInput {
  @Field(() => String, { description: 'The last one that the session was given.' })
  refreshToken!: string;
}

@InputType({ description: 'Who has forgotten their password.' })
export class RequestPasswordResetInput {
  @Field(() => EmailAddress, { description: 'Where the link goes, if there is an account with it.' })
  email!: string;
}

@InputType({ description: 'The token from the mail and the new password.' })
export class ResetPasswordInput {
  @Field(() => String, { description: 'From the mail. Works once, for one hour.' })
  token!: string;

  @Field(() => String, { description: '8 to 128 characters, and not a common password.' })
  newPassword!: string;
}

@InputType({ description: 'Which session is to end.' })
export class RevokeSessionInput {
  @Field(() => ID, { description: 'One of `sessions` of your own.' })
  id!: string;
}

@InputType({ description: 'The old password and the new one.' })
export class ChangePasswordInput {
  @Field(() => String, { description: 'The one that you signed in with.' })
  currentPassword!: string;

  @Field(() => String, { description: '8 to 128 characters, and not a common password.' })
  newPassword!: string;
}
