import { type UnauthenticatedReason } from '../common/errors.js';
import { type AccessTokens } from './sessions/access-token.js';
import { type Viewer } from './viewer.js';
import { type ViewerCache } from './viewer-cache.js';

/** The token of `Authorization: Bearer …`. Another scheme, and the word alone, count as no token. */
const BEARER = /^Bearer +(.+)$/i;

/** The viewer of a request, or why there is none. */
export interface RequestViewer {
  readonly viewer: Viewer | null;
  readonly refusal: UnauthenticatedReason;
}

const NO_TOKEN: RequestViewer = { viewer: null, refusal: 'MISSING' };

/** Finds the viewer by the access token of the Authorization header. */
export async function viewerOf(
  { accessTokens, viewers }: { accessTokens: AccessTokens; viewers: ViewerCache },
  authorization: string | undefined,
): Promise<RequestViewer> {
  const [, token] = BEARER.exec(authorization?.trim() ?? '') ?? [];
  if (token === undefined) return NO_TOKEN;
  const subject = await accessTokens.verify(token);
  if (typeof subject === 'string') return { viewer: null, refusal: subject };
  return { viewer: await viewers.find(subject), refusal: 'REVOKED' };
}
