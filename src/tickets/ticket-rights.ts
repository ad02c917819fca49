import { type Viewer } from '../accounts/viewer.js';
import { type Row } from '../database/row.js';
import { ForbiddenError } from '../common/errors.js';
import { UserErrorCode, type UserInputError, userInputError } from '../common/user-errors.js';
import { type Ticket } from './ticket.entity.js';
import { type ChangeRight, TICKET_FIELDS, type TicketChange } from './ticket.fields.js';
import {
  canAssignTicket,
  canChangeStatus,
  canCreateTicket,
  canEditTicket,
  canSilence,
  factsOfRow,
  type TicketFacts,
} from './ticket.policy.js';

const RIGHTS: Readonly<Record<ChangeRight, { may: (viewer: Viewer, facts: TicketFacts) => boolean; refusal: string }>> =
  {
    edit: { may: canEditTicket, refusal: 'You may not edit this ticket.' },
    status: { may: canChangeStatus, refusal: "You may not change this ticket's status." },
    assign: { may: canAssignTicket, refusal: 'You may not assign this ticket.' },
  };

/** @throws FORBIDDEN without the right */
export function checkRight(viewer: Viewer, ticket: Row<Ticket>, right: ChangeRight): void {
  const { may, refusal } = RIGHTS[right];
  if (!may(viewer, factsOfRow(ticket))) throw new ForbiddenError(refusal);
}

/** @throws FORBIDDEN for a field that the viewer may not change: it is never skipped */
export function checkRights(viewer: Viewer, ticket: Row<Ticket>, change: TicketChange): void {
  const needed = new Set(
    TICKET_FIELDS.flatMap(({ input, right }) =>
      input !== null && right && change[input] !== undefined ? [right] : [],
    ),
  );
  for (const right of needed) checkRight(viewer, ticket, right);
}

/** @throws FORBIDDEN without the right */
export function checkMayCreate(viewer: Viewer): void {
  if (!canCreateTicket(viewer)) throw new ForbiddenError('Your account may not create tickets.');
}

/** @throws FORBIDDEN for `notify: false` without the right */
export function checkMayNotify(viewer: Viewer, notify: boolean | null | undefined): void {
  if (notify === false && !canSilence(viewer)) {
    throw new ForbiddenError('Only those who may manage tickets may leave out mails. Leave notify out.');
  }
}

/** @param field the input's field that holds the id */
export function noSuchTicket(field: string): UserInputError {
  return userInputError(UserErrorCode.NOT_FOUND, field, 'There is no ticket with this id.');
}
