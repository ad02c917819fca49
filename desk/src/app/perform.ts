import { type UserError } from '@docket/client';
import { tell, tellError } from '../ui/toast.js';
import { explain } from './api.js';

/**
 * Sends a change that is made without a form, and shows its outcome as a message.
 * @param send gives the userErrors of its payload
 * @param done the message when the change was made; without it only errors are shown
 * @returns whether the change was made
 */
export async function perform(send: () => Promise<readonly UserError[] | undefined>, done?: string): Promise<boolean> {
  try {
    const errors = (await send()) ?? [];
    if (errors.length > 0) tellError(errors.map(({ message }) => message).join(' '));
    else if (done !== undefined) tell(done);
    return errors.length === 0;
  } catch (failure) {
    tellError(explain(failure));
    return false;
  }
}
