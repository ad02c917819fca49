import { BadInputError } from '../../common/errors.js';

/** For how many days a cursor can be used. */
export const CURSOR_DAYS = 7;

/** Why changes cannot be told from a cursor on. The client's program decides by it. */
export type ChangeCursorFault = 'CURSOR_EXPIRED' | 'RIGHTS_CHANGED' | 'CURSOR_INVALID';

const RELOAD = 'Load the list again, and go on from a new changeCursor.';
const WHAT_TO_DO: Readonly<Record<ChangeCursorFault, string>> = {
  CURSOR_EXPIRED: `The cursor is older than ${CURSOR_DAYS} days. ${RELOAD}`,
  RIGHTS_CHANGED: `What you may see has changed since the cursor was made. ${RELOAD}`,
  CURSOR_INVALID: `"since" is not a cursor of this database. ${RELOAD}`,
};

/** For a cursor of the log of changes that cannot be used. */
export class ChangeCursorError extends BadInputError {
  override name = 'ChangeCursorError';

  constructor(readonly reason: ChangeCursorFault) {
    super(WHAT_TO_DO[reason]);
  }

  override get details() {
    return { reason: this.reason };
  }
}
