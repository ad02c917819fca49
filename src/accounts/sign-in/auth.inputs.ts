import { Field, ID, InputType } from 'type-graphql';
import { EmailAddress } from '../../graphql/scalars.js';

/** What a new password must be, for the schema. */
const NEW_PASSWORD = '8 to 128 characters, not one of them repeated, and not a common password.';

const IN_COOKIE =
  "Keep the refresh token in an HttpOnly cookie instead of showing it: the payload's refreshToken is null then. Default false.";

@InputType({ description: 'The account that a person makes for themselves.' })
export class SignUpInput {
  @Field(() => EmailAddress, { description: 'Unique among accounts without regard to case.' })
  email!: string;

  @Field(() => String, { description: "3 to 30 of a-z, 0-9, '_', '-' and '.'; compared without regard to case." })
  username!: string;

  @Field(() => String, { description: NEW_PASSWORD })
  password!: string;

  @Field(() => String, { description: '1 to 100 characters after trimming.' })
  firstName!: string;

  @Field(() => String, { nullable: true, description: 'At most 100 characters.' })
  lastName?: string | null;

  @Field(() => Boolean, { nullable: true, description: IN_COOKIE })
  cookie?: boolean | null;
}

@InputType({ description: 'Who signs in.' })
export class SignInInput {
  @Field(() => String, { description: 'Username or e-mail; blanks around it do not count.' })
  login!: string;

  @Field(() => String, { description: "The account's." })
  password!: string;

  @Field(() => Boolean, { nullable: true, description: IN_COOKIE })
  cookie?: boolean | null;
}

@InputType({ description: 'The token of the session that is to go on.' })
export class RefreshSessionInput {
  @Field(() => String, { nullable: true, description: 'Without it the cookie counts.' })
  refreshToken?: string | null;
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

  @Field(() => String, { description: NEW_PASSWORD })
  newPassword!: string;

  @Field(() => Boolean, { nullable: true, description: IN_COOKIE })
  cookie?: boolean | null;
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

  @Field(() => String, { description: NEW_PASSWORD })
  newPassword!: string;
}

@InputType({ description: 'The token from the mail to a new address.' })
export class ConfirmEmailInput {
  @Field(() => String, { description: 'From the mail to the address. Works for a day.' })
  token!: string;
}
