import { Field, ObjectType } from 'type-graphql';
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

  @Field(() => String, { nullable: true, description: 'Usable once; using it again ends the session.' })
  refreshToken?: string | null;

  @Field(() => DateTime, { nullable: true })
  refreshTokenExpiresAt?: Date | null;

  @Field(() => User, { nullable: true })
  user?: unknown;
}
