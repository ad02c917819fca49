import { Ctx, Field, ID, Int, ObjectType } from 'type-graphql';
import { type Context, signedIn } from '../graphql/context.js';
import { Payload } from '../graphql/errors.js';
import { DateTime } from '../graphql/scalars.js';
import { User } from '../users/user.entity.js';

@ObjectType()
export class AuthPayload extends Payload {
  @Field(() => String, {
    nullable: true,
    description: 'JWT for the header Authorization: Bearer …; valid ten minutes (setting ACCESS_TOKEN_SECONDS).',
  })
  accessToken?: string | null;

  @Field(() => DateTime, { nullable: true })
  accessTokenExpiresAt?: Date | null;

  @Field(() => Int, {
    nullable: true,
    description: "Seconds until the access token expires: right even where the client's clock is wrong.",
  })
  accessTokenExpiresIn?: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      'To be used once, and again within thirty seconds; using it again after that, or after the next one was used, ends the session. Null when it is kept in the cookie.',
  })
  refreshToken?: string | null;

  @Field(() => DateTime, { nullable: true })
  refreshTokenExpiresAt?: Date | null;

  @Field(() => User, { nullable: true })
  user?: unknown;
}

@ObjectType()
export class RequestPasswordResetPayload extends Payload {}

@ObjectType()
export class SignOutPayload extends Payload {}

@ObjectType()
export class RevokeSessionPayload extends Payload {
  @Field(() => ID, { nullable: true })
  revokedSessionId?: string | null;
}

@ObjectType()
export class RevokeOtherSessionsPayload extends Payload {
  @Field(() => [ID])
  revokedSessionIds!: readonly string[];
}

@ObjectType({ description: 'Every other session ends.' })
export class ChangePasswordPayload extends Payload {
  changed?: boolean;

  @Field(() => User, { nullable: true })
  async user(@Ctx() context: Context) {
    return this.changed === true ? context.loaders.userById.load(signedIn(context).id) : null;
  }
}

@ObjectType()
export class ConfirmEmailPayload extends Payload {
  userId?: string;

  @Field(() => User, { nullable: true, description: 'Whose address it is; null when there were userErrors.' })
  async user(@Ctx() { loaders }: Context) {
    return this.userId === undefined ? null : loaders.userById.load(this.userId);
  }
}
