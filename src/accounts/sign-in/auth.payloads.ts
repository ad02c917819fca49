import { Ctx, Field, ID, Int, ObjectType } from 'type-graphql';
import { type Context } from '../../graphql/context.js';
import { signedIn, userById } from '../accounts.context.js';
import { Payload } from '../../graphql/payload.js';
import { DateTime } from '../../graphql/scalars.js';
import { User } from '../users/user.entity.js';

@ObjectType({ description: 'Tokens of a new session, or of one that goes on.' })
export class AuthPayload extends Payload {
  @Field(() => String, {
    nullable: true,
    description: 'JWT for the header Authorization: Bearer …; valid ten minutes (setting ACCESS_TOKEN_SECONDS).',
  })
  accessToken?: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When to ask for a new pair by refreshSession, at the latest; null when there were userErrors.',
  })
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

  @Field(() => DateTime, {
    nullable: true,
    description: 'When the session ends, unless it is refreshed before; null when there were userErrors.',
  })
  refreshTokenExpiresAt?: Date | null;

  @Field(() => User, { nullable: true, description: 'Who is signed in now; null when there were userErrors.' })
  user?: unknown;
}

@ObjectType({ description: 'What requestPasswordReset answers.' })
export class RequestPasswordResetPayload extends Payload {}

@ObjectType({ description: 'What signOut answers.' })
export class SignOutPayload extends Payload {}

@ObjectType({ description: 'What revokeSession answers.' })
export class RevokeSessionPayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'The session that has ended; null when there were userErrors.' })
  revokedSessionId?: string | null;
}

@ObjectType({ description: 'What revokeOtherSessions answers.' })
export class RevokeOtherSessionsPayload extends Payload {
  @Field(() => [ID], { description: 'The sessions that have ended; empty when there were none.' })
  revokedSessionIds!: readonly string[];
}

@ObjectType({ description: 'Every other session ends.' })
export class ChangePasswordPayload extends Payload {
  changed?: boolean;

  @Field(() => User, { nullable: true, description: 'Your own account; null when there were userErrors.' })
  async user(@Ctx() context: Context) {
    return this.changed === true ? userById(context).load(signedIn(context).id) : null;
  }
}

@ObjectType({ description: 'What became of a new address.' })
export class ConfirmEmailPayload extends Payload {
  userId?: string;

  @Field(() => User, { nullable: true, description: 'Whose address it is; null when there were userErrors.' })
  async user(@Ctx() context: Context) {
    return this.userId === undefined ? null : userById(context).load(this.userId);
  }
}
