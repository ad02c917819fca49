import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { Public } from '../graphql/access.js';
import { type Context } from '../graphql/context.js';
import { SignInInput, SignUpInput } from './auth.inputs.js';
import { AuthPayload } from './auth.payloads.js';
import { type SignedIn } from './auth.service.js';

async function payload(context: Context, signedIn: SignedIn): Promise<AuthPayload> {
  context.viewer = await context.services.viewers.find(signedIn);
  return { ...signedIn, user: await context.loaders.userById.load(signedIn.userId) };
}

@Resolver()
export class AuthResolver {
  @Public()
  @Mutation(() => AuthPayload, { description: 'Public. Makes an account with the role user, and signs it in at once.' })
  async signUp(@Ctx() context: Context, @Arg('input', () => SignUpInput) input: SignUpInput): Promise<AuthPayload> {
    return payload(context, await context.services.auth.signUp(context.client, input));
  }

  @Public()
  @Mutation(() => AuthPayload, { description: 'Public. INVALID_CREDENTIALS does not say which part was wrong.' })
  async signIn(@Ctx() context: Context, @Arg('input', () => SignInInput) input: SignInInput): Promise<AuthPayload> {
    return payload(context, await context.services.auth.signIn(context.client, input));
  }
}
