import { Entity, Index } from '@mikro-orm/decorators/legacy';
import { OutboxRow } from '../outbox-row.js';

/**
 * A request for a new password. Written for every address, known or not, so that the response takes the same time; the
 * worker looks up the account and sends the mail.
 */
@Entity({ tableName: 'password_reset_request' })
@Index({ name: 'password_reset_request_waiting', properties: ['createdAt'], where: 'handled_at is null' })
@Index({ name: 'password_reset_request_by_email', properties: ['email', 'createdAt'] })
export class PasswordResetRequest extends OutboxRow {}
