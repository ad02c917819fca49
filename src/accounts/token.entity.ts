import { type Opt, type Ref } from '@mikro-orm/core';
import { Entity, Enum, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { newId } from '../common/id.js';
import { User } from './users/user.entity.js';
import { Session } from './sessions/session.entity.js';

export enum TokenKind {
  REFRESH = 'REFRESH',
  PASSWORD_RESET = 'PASSWORD_RESET',
  EMAIL_CONFIRMATION = 'EMAIL_CONFIRMATION',
}

/**
 * A secret that can be used once; a refresh token also within its grace period (session.service.ts). Only its SHA-256
 * is stored, and a used one is kept until it expires: its reuse indicates a theft.
 */
@Entity({ tableName: 'token' })
@Unique({ name: 'token_hash_unique', properties: ['hash'] })
@Index({ name: 'token_by_session', properties: ['session', 'generation'] })
@Index({ name: 'token_link_expires_at', properties: ['expiresAt'], where: "kind <> 'REFRESH'" })
export class Token {
  @PrimaryKey({ type: 'uuid' })
  id: Opt<string> = newId();

  @Enum({ items: () => TokenKind, nativeEnumName: 'token_kind' })
  kind!: TokenKind;

  @Property({ type: 'text', hidden: true })
  hash!: string;

  @ManyToOne({ entity: () => User, ref: true, deleteRule: 'restrict', updateRule: 'restrict', index: 'token_user_id' })
  user!: Ref<User>;

  /** The session that a refresh token prolongs; null for other kinds. */
  @ManyToOne({
    entity: () => Session,
    ref: true,
    nullable: true,
    deleteRule: 'restrict',
    updateRule: 'restrict',
  })
  session: Ref<Session> | null = null;

  /** Of a refresh token, the id of the one that it was given for: all that were given for it are one generation. */
  @Property({ type: 'uuid', nullable: true })
  generation: string | null = null;

  /** The address that an EMAIL_CONFIRMATION proves. */
  @Property({ type: 'string', columnType: 'citext', nullable: true })
  email: string | null = null;

  @Property({ type: 'datetime', length: 3 })
  createdAt!: Date;

  @Property({ type: 'datetime', length: 3 })
  expiresAt!: Date;

  @Property({ type: 'datetime', length: 3, nullable: true })
  usedAt: Date | null = null;
}
