export { type ChangeMessage, type Changes, createChanges, type FollowOptions } from './changes/follow-changes.js';
export * from './enums.js';
export { newId } from './new-id.js';
export { RequestError, UnreachableError } from './request.js';
export { type FieldErrors, type Result, resultOf, type UserError, type UserErrorCode } from './result.js';
export { createSession, type Session, type SessionOptions, type SessionState } from './session/session.js';
export { sessionFetch } from './session/session-fetch.js';
