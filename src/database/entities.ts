import { AccountMail } from '../auth/account-mail.entity.js';
import { PasswordResetRequest } from '../auth/password-reset-request.entity.js';
import { Session } from '../auth/session.entity.js';
import { SignInThrottleEntry } from '../auth/sign-in-throttle.entity.js';
import { Token } from '../auth/token.entity.js';
import { Comment } from '../comments/comment.entity.js';
import { Notification } from '../notifications/notification.entity.js';
import { Product } from '../products/product.entity.js';
import { TicketEvent } from '../tickets/ticket-event.entity.js';
import { Ticket } from '../tickets/ticket.entity.js';
import { Role } from '../users/role.entity.js';
import { User } from '../users/user.entity.js';

/** Every table of the model. */
export const entities = [
  Role,
  User,
  Session,
  Token,
  SignInThrottleEntry,
  PasswordResetRequest,
  AccountMail,
  Product,
  Ticket,
  TicketEvent,
  Comment,
  Notification,
];
