import { CloseCode } from 'graphql-ws';
import { type UnauthenticatedReason } from '../common/errors.js';

/** RFC 6455, 7.4.1, and IANA's registry. Clients of graphql-ws come back after the first and the last of them. */
export const GOING_AWAY = 1001;
export const UNSUPPORTED_DATA = 1003;
export const TRY_AGAIN_LATER = 1013;

/** A code and what stands in the close frame beside it: 123 bytes at most. */
export interface CloseFrame {
  readonly code?: number | undefined;
  readonly reason?: string | undefined;
}

/** Clients of graphql-ws connect again after 4403, with the token that they have then; after 4401 they give up. */
export const UNAUTHENTICATED: Readonly<Record<UnauthenticatedReason, CloseFrame>> = {
  EXPIRED: {
    code: CloseCode.Forbidden,
    reason: 'EXPIRED: get a new access token by refreshSession, and connect again.',
  },
  MISSING: {
    code: CloseCode.Unauthorized,
    reason: 'MISSING: send {"authorization": "Bearer <accessToken>"} as the payload of connection_init.',
  },
  INVALID: {
    code: CloseCode.Unauthorized,
    reason: 'INVALID: send an access token that signIn or refreshSession gave.',
  },
  REVOKED: { code: CloseCode.Unauthorized, reason: 'REVOKED: the session of this access token has ended. Sign in.' },
};
