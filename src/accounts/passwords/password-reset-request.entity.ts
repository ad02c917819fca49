import { type Opt } from '@mikro-orm/core';
import { Entity, Index, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { newId } from '../../common/id.js';
import { currentTraceparent } from '../../observability/tracing/tracing.js';

/**
 * A request for a new password. Written for every address, known or not, so that the response takes the same time; the
 * worker looks up the account and sends the mail.
 */
@Entity({ tableName: 'password_reset_request' })
@Index({ name: 'password_reset_request_waiting', properties: ['createdAt'], where: 'handled_at is null' })
@Index({ name: 'password_reset_request_by_email', properties: ['email', 'createdAt'] })
export class PasswordResetRequest {
  @PrimaryKey({ type: 'uuid' })
  id: Opt<string> = newId();

  @Property({ type: 'string', columnType: 'citext' })
  email!: string;

  /** Makes the mail part of the request's trace (W3C Trace Context); null without tracing. */
  @Property({ type: 'text', nullable: true })
  traceparent: string | null = currentTraceparent();

  @Property({ type: 'datetime', length: 3 })
  createdAt!: Date;

  @Property({ type: 'datetime', length: 3, nullable: true })
  handledAt: Date | null = null;
}
