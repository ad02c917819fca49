import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { Authorized, Public } from '../access.js';
import { type Context } from '../../graphql/context.js';
import { signedIn as viewerOf, userById } from '../accounts.context.js';
import { UnauthenticatedError } from '../../common/errors.js';
import { UserErrorCode, UserInputError, userInputError } from '../../common/user-errors.js';
import {
  ChangePasswordInput,
  ConfirmEmailInput,
  RefreshSessionInput,
  RequestPasswordResetInput,
  ResetPasswordInput,
  RevokeSessionInput,
  SignInInput,
  SignUpInput,
} from './auth.inputs.js';
import {
  AuthPayload,
  ChangePasswordPayload,
  ConfirmEmailPayload,
  RequestPasswordResetPayload,
  RevokeOtherSessionsPayload,
  RevokeSessionPayload,
  SignOutPayload,
} from './auth.payloads.js';
import { type SignedIn } from '../sessions/session.service.js';

/** Sets the viewer who signed in for the rest of the request, the payload included. */
async function payload(context: Context, signedIn: SignedIn, inCookie: boolean): Promise<AuthPayload> {
  // The session is open: what cannot be read now must not take its tokens away.
  context.viewer = await context.services.viewers.find(signedIn).catch(() => null);
  const { refreshToken, refreshTokenExpiresAt } = signedIn;
  if (inCookie) context.refreshCookie.keep(refreshToken, refreshTokenExpiresAt);
  const user = await userById(context)
    .load(signedIn.userId)
    .catch(() => null);
  return { ...signedIn, refreshToken: inCookie ? null : refreshToken, user };
}

function noRefreshToken() {
  const message = 'Give a refresh token. A cookie counts only from a page of this server or of ALLOWED_ORIGINS.';
  return userInputError(UserErrorCode.REQUIRED, 'refreshToken', message);
}

@Resolver()
export class AuthResolver {
  @Public()
  @Mutation(() => AuthPayload, {
    description:
      'Public. Makes an account with the role user, and signs it in at once. FORBIDDEN where signing up is closed to the ' +
      'address (setting SIGN_UP). RATE_LIMITED after a hundred tries in ten minutes from one address.',
  })
  async signUp(@Ctx() context: Context, @Arg('input', () => SignUpInput) input: SignUpInput): Promise<AuthPayload> {
    return payload(context, await context.services.auth.signUp(context.client, input), input.cookie === true);
  }

  @Public()
  @Mutation(() => AuthPayload, {
    description:
      'Public. INVALID_CREDENTIALS does not say which part was wrong. After ten failures in ten minutes for one ' +
      'account, or a hundred from one address, RATE_LIMITED with retryAfterSeconds, also for the right password.',
  })
  async signIn(@Ctx() context: Context, @Arg('input', () => SignInInput) input: SignInInput): Promise<AuthPayload> {
    return payload(context, await context.services.auth.signIn(context.client, input), input.cookie === true);
  }

  @Public()
  @Mutation(() => AuthPayload, {
    description:
      'Public. A new pair of tokens for a refresh token, or for the one in the cookie. Within thirty seconds of its first ' +
      'use it gives further pairs of the same generation; once one of that generation was used, or the time is over, using ' +
      'it again ends the session. INVALID_CREDENTIALS for that and for an unknown one; EXPIRED for a late one or an ended ' +
      'session; REQUIRED without any.',
  })
  async refreshSession(
    @Ctx() context: Context,
    @Arg('input', () => RefreshSessionInput, { nullable: true }) input?: RefreshSessionInput | null,
  ): Promise<AuthPayload> {
    const { refreshCookie, services } = context;
    const given = input?.refreshToken ?? null;
    const token = given ?? refreshCookie.read();
    if (token === null) throw noRefreshToken();
    try {
      return await payload(context, await services.sessions.refresh(token), given === null);
    } catch (error) {
      // It is good for nothing any more.
      if (given === null && error instanceof UserInputError) refreshCookie.clear();
      throw error;
    }
  }

  @Public()
  @Mutation(() => RequestPasswordResetPayload, {
    description:
      'Public. Answers the same whether or not the address is known. At most five mails an hour. ' +
      'RATE_LIMITED after a hundred requests in ten minutes from one address.',
  })
  async requestPasswordReset(
    @Ctx() { services, client }: Context,
    @Arg('input', () => RequestPasswordResetInput) input: RequestPasswordResetInput,
  ): Promise<RequestPasswordResetPayload> {
    await services.passwords.requestReset(client, input.email);
    return {};
  }

  @Public()
  @Mutation(() => AuthPayload, {
    description:
      'Public. Sets a new password by a token from a mail, ends all sessions and opens one. INVALID_CREDENTIALS for an ' +
      'unknown token, EXPIRED for one that was used or is older than an hour.',
  })
  async resetPassword(
    @Ctx() context: Context,
    @Arg('input', () => ResetPasswordInput) input: ResetPasswordInput,
  ): Promise<AuthPayload> {
    return payload(context, await context.services.passwords.reset(context.client, input), input.cookie === true);
  }

  @Public()
  @Mutation(() => ConfirmEmailPayload, {
    description:
      'Public. By a token from the mail to a new address, valid a day. INVALID_CREDENTIALS for an unknown token, EXPIRED ' +
      'for a late one and one that the account does not wait for any more, TAKEN when another account has the address by now.',
  })
  async confirmEmail(@Ctx() { services }: Context, @Arg('input', () => ConfirmEmailInput) input: ConfirmEmailInput) {
    return { userId: await services.confirmations.confirm(input.token) };
  }

  /** Not `Authorized`: signing out must work with an expired access token. */
  @Public()
  @Mutation(() => SignOutPayload, {
    description:
      'Ends this session, and the one of the cookie, which is cleared. UNAUTHENTICATED without either; with the cookie an access token may be missing or have expired.',
  })
  async signOut(@Ctx() context: Context): Promise<SignOutPayload> {
    const { viewer, refusal, refreshCookie, services } = context;
    const token = refreshCookie.read();
    if (viewer === null && token === null) throw new UnauthenticatedError(refusal);
    if (viewer !== null) await services.sessions.signOut(viewer);
    if (token !== null) await services.sessions.signOutBy(token);
    refreshCookie.clear();
    return {};
  }

  @Authorized()
  @Mutation(() => RevokeSessionPayload, { description: 'Ends one session of yours.' })
  async revokeSession(
    @Ctx() context: Context,
    @Arg('input', () => RevokeSessionInput) input: RevokeSessionInput,
  ): Promise<RevokeSessionPayload> {
    return { revokedSessionId: await context.services.sessions.revoke(viewerOf(context), input.id) };
  }

  @Authorized()
  @Mutation(() => RevokeOtherSessionsPayload, { description: 'Ends all but this one.' })
  async revokeOtherSessions(@Ctx() context: Context): Promise<RevokeOtherSessionsPayload> {
    return { revokedSessionIds: await context.services.sessions.revokeOthers(viewerOf(context)) };
  }

  @Authorized()
  @Mutation(() => ChangePasswordPayload, {
    description: 'Every other session ends. INVALID_CREDENTIALS for a wrong current password, limited as signIn is.',
  })
  async changePassword(@Ctx() context: Context, @Arg('input', () => ChangePasswordInput) input: ChangePasswordInput) {
    await context.services.passwords.change(viewerOf(context), context.client, input);
    return { changed: true };
  }
}
