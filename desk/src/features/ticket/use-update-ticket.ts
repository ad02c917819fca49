import { resultOf } from '@docket/client';
import { useState } from 'react';
import { explain, mutate } from '../../app/api.js';
import { refreshViewCounts } from '../../app/view-counts.js';
import { type TicketDetailsFragment, TicketDocument, UpdateTicketDocument } from '../../generated/graphql.js';
import { tellError } from '../../ui/toast.js';
import { collides, type TicketChange } from './changed-fields.js';

type Decision = 'mine' | 'theirs' | 'later';

/** Somebody changed the same field meanwhile: the ticket as it is now, what was asked for, and who is waited for. */
export interface Conflict {
  readonly theirs: TicketDetailsFragment;
  readonly change: TicketChange;
  readonly decide: (decision: Decision) => void;
}

/** How often a change is sent again because others changed other fields meanwhile. */
const MOST_TRIES = 5;

/**
 * Changes a ticket as the person saw it. What others changed meanwhile is kept; where they changed the same field, nothing is
 * changed before the person has seen both versions and decided.
 */
export function useUpdateTicket() {
  const [conflict, setConflict] = useState<Conflict | null>(null);

  async function decisionAbout(theirs: TicketDetailsFragment, change: TicketChange): Promise<Decision> {
    const decision = await new Promise<Decision>((decide) => setConflict({ theirs, change, decide }));
    setConflict(null);
    return decision;
  }

  /**
   * Gives whether that is settled: the change was made, or given up for what others made of it.
   * @param isQuiet nobody is to get a mail about it
   */
  async function update(change: TicketChange, seen: TicketDetailsFragment, isQuiet: boolean): Promise<boolean> {
    const silence = isQuiet ? { notify: false } : {};
    let base = seen;
    let { version } = seen;
    try {
      for (let tries = 0; tries < MOST_TRIES; tries += 1) {
        const input = { id: seen.id, expectedVersion: version, ...change, ...silence };
        const { updateTicket } = await mutate(UpdateTicketDocument, { input }, [TicketDocument]);
        const result = resultOf(updateTicket, ({ ticket }) => ticket);
        if (result.ok) {
          refreshViewCounts();
          return true;
        }
        const theirs = updateTicket.ticket;
        if (!theirs) {
          tellError(result.errors.map(({ message }) => message).join(' '));
          return false;
        }
        if (collides(change, base, theirs)) {
          const decision = await decisionAbout(theirs, change);
          if (decision !== 'mine') return decision === 'theirs';
          base = theirs;
        }
        version = theirs.version;
      }
      tellError('Others are changing this ticket all the time. Try again in a moment.');
    } catch (error) {
      tellError(explain(error));
    }
    return false;
  }

  return { update, conflict };
}
