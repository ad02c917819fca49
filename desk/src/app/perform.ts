import { type UserError } from '@docket/client';
import { useRef, useState } from 'react';
import { tell, tellError } from '../ui/toast.js';
import { explain } from './api.js';

interface Payload {
  readonly userErrors: readonly UserError[];
}

/**
 * @param send gives the payload of its mutation
 * @param done the message when the change was made; without it only errors are shown
 * @returns whether the change was made; false also for a call that did nothing
 */
type Perform = (send: () => Promise<Payload>, done?: string) => Promise<boolean>;

/** Sends changes that are made without a form, and shows their outcome as a message. While one is being sent, another call does nothing. */
export function usePerform(): { readonly busy: boolean; readonly perform: Perform } {
  const running = useRef(false);
  const [busy, setBusy] = useState(false);
  const perform: Perform = async (send, done) => {
    // A second click may come before the button is disabled.
    if (running.current) return false;
    running.current = true;
    setBusy(true);
    try {
      const { userErrors } = await send();
      if (userErrors.length > 0) tellError(userErrors.map(({ message }) => message).join(' '));
      else if (done !== undefined) tell(done);
      return userErrors.length === 0;
    } catch (failure) {
      tellError(explain(failure));
      return false;
    } finally {
      running.current = false;
      setBusy(false);
    }
  };
  return { busy, perform };
}
