import { type Opt } from '@mikro-orm/core';
import { PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { newId } from '../common/id.js';
import { currentTraceparent } from '../observability/tracing/tracing.js';

/** A row of an outbox: a request for one mail, committed with what it is about. Pending while `handledAt` is null. */
export abstract class OutboxRow {
  @PrimaryKey({ type: 'uuid' })
  id: Opt<string> = newId();

  /** Where it goes. */
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
