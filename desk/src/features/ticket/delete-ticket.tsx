import { useState } from 'react';
import { useLocation } from 'wouter';
import { mutate } from '../../app/api.js';
import { usePerform } from '../../app/perform.js';
import { maySeeDeleted } from '../../app/rights.js';
import { useViewer } from '../../app/session-context.js';
import { refreshViewCounts } from '../../app/view-counts.js';
import { DeleteTicketDocument, type TicketDetailsFragment, TicketDocument } from '../../generated/graphql.js';
import { ConfirmDialog } from '../../ui/confirm-dialog.js';
import { Icon } from '../../ui/icon.js';

/** Deletes a ticket, after what that does was read. */
export function DeleteTicket({ ticket }: { ticket: TicketDetailsFragment }) {
  const [open, setOpen] = useState(false);
  if (!ticket.viewerCanDelete) return null;
  return (
    <>
      <button type="button" className="button quiet small" onClick={() => setOpen(true)}>
        <Icon name="trash" /> Delete ticket
      </button>
      {open && <DeleteDialog ticket={ticket} onClose={() => setOpen(false)} />}
    </>
  );
}

function DeleteDialog({ ticket: { id, number }, onClose }: { ticket: TicketDetailsFragment; onClose: () => void }) {
  const seesDeleted = maySeeDeleted(useViewer());
  const [, navigate] = useLocation();
  const { busy, perform } = usePerform();
  const remove = async () => {
    const done = await perform(
      // Viewers with canDeleteAll stay on the page of the ticket, which offers to restore it.
      async () => (await mutate(DeleteTicketDocument, { id }, seesDeleted ? [TicketDocument] : [])).deleteTicket,
      `Ticket #${number} was deleted.`,
    );
    if (!done) {
      onClose();
      return;
    }
    refreshViewCounts();
    if (!seesDeleted) navigate('/tickets', { replace: true });
  };
  return (
    <ConfirmDialog
      title={`Delete ticket #${number}?`}
      action="Delete the ticket"
      busy={busy}
      onConfirm={() => void remove()}
      onClose={onClose}
    >
      <p>
        Nobody finds it any more, nor what was written on it, and mails about it that wait are not sent. Nobody gets a
        mail about the deletion.
      </p>
      <p>
        {seesDeleted
          ? 'You find it under Deleted, and can restore it there.'
          : 'Only people who may delete all tickets can restore it.'}
      </p>
    </ConfirmDialog>
  );
}
