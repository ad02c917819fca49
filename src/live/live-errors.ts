import { DomainError } from '../common/errors.js';

/** The viewer's rights are not those with which the stream began: what they see may have changed without a change of a ticket. */
export class RightsChangedError extends DomainError {
  override name = 'RightsChangedError';
  readonly code = 'BAD_USER_INPUT';

  constructor() {
    super('Your rights have changed. Load the list again, and subscribe from its changeCursor.');
  }

  override get details() {
    return { reason: 'RIGHTS_CHANGED' };
  }
}

/** A connection, or a viewer, has as many subscriptions as are allowed. */
export class TooManyStreamsError extends DomainError {
  override name = 'TooManyStreamsError';
  readonly code = 'RATE_LIMITED';

  constructor(
    whose: 'connection' | 'person',
    readonly limit: number,
  ) {
    super(`A ${whose} has at most ${limit} subscriptions at a time. End one that is not needed.`);
  }

  override get details() {
    return { limit: this.limit };
  }
}
