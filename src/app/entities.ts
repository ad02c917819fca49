import { AccountMail } from '../accounts/addresses/account-mail.entity.js';
import { PasswordResetRequest } from '../accounts/passwords/password-reset-request.entity.js';
import { Session } from '../accounts/sessions/session.entity.js';
import { SignInThrottleEntry } from '../accounts/sign-in/sign-in-throttle.entity.js';
import { Token } from '../accounts/token.entity.js';
import { Comment } from '../tickets/comments/comment.entity.js';
import { Notification } from '../notifications/notification.entity.js';
import { Product } from '../products/product.entity.js';
import { TicketEvent } from '../tickets/ticket-event.entity.js';
import { TicketMention } from '../tickets/mentions/ticket-mention.entity.js';
import { TicketWatch } from '../tickets/watching/ticket-watch.entity.js';
import { Ticket } from '../tickets/ticket.entity.js';
import { Role } from '../accounts/roles/role.entity.js';
import { User } from '../accounts/users/user.entity.js';

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
  TicketWatch,
  TicketMention,
  Notification,
];
