import { type ReactNode } from 'react';
import { Icon } from '../../ui/icon.js';

/** Stays above a ticket: the way back, its number, and what can be done with all of it. */
export function TicketBar({ number, children }: { number: number; children?: ReactNode }) {
  return (
    <div className="ticket-bar">
      <button type="button" className="button quiet small" onClick={() => history.back()}>
        <Icon name="back" /> Back
      </button>
      <span className="soft">#{number}</span>
      {children}
    </div>
  );
}
