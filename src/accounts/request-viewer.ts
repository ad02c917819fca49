import { type UnauthenticatedReason } from '../common/errors.js';
import { type AccessTokens, type VerifiedToken } from './sessions/access-token.js';
import { type Viewer } from './viewer.js';
import { type ViewerCache } from './viewer-cache.js';

/** The token of `Authorization: Bearer …`. Another scheme, and the word alone, count as no token. */
const BEARER = /^Bearer +(.+)$/i;

/** The viewer of a request, or why there is none. */
export interface RequestViewer {
  readonly viewer: Viewer | null;
  readonly refusal: UnauthenticatedReason;
}

/** Whom the access token of an Authorization header names, or why nobody. */
export async function tokenOf(
  accessTokens: AccessTokens,
  authorization: string | undefined,
): Promise<VerifiedToken | UnauthenticatedReason> {
  const [, token] = BEARER.exec(authorization?.trim() ?? '') ?? [];
  return token === undefined ? 'MISSING' : accessTokens.verify(token);
}

/** Finds the viewer by the access token of the Authorization header. */
export async function viewerOf(
  { accessTokens, viewers }: { accessTokens: AccessTokens; viewers: ViewerCache },
  authorization: string | undefined,
): Promise<RequestViewer> {
  const token = await tokenOf(accessTokens, authorization);
  if (typeof token === 'string') return { viewer: null, refusal: token };
  return { viewer: await viewers.find(token), refusal: 'REVOKED' };
}
