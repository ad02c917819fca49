import { useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { explain } from '../../app/api.js';
import { maySeeDeleted } from '../../app/rights.js';
import { useViewer } from '../../app/session-context.js';
import { refreshViewCounts } from '../../app/view-counts.js';
import { DeleteTicketDocument, type TicketDetailsFragment, TicketDocument } from '../../generated/graphql.js';
import { Dialog } from '../../ui/dialog.js';
import { Icon } from '../../ui/icon.js';
import { tell, tellError } from '../../ui/toast.js';

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

function DeleteDialog({ ticket, onClose }: { ticket: TicketDetailsFragment; onClose: () => void }) {
  const seesDeleted = maySeeDeleted(useViewer());
  const [, navigate] = useLocation();
  const [send, { loading }] = useMutation(DeleteTicketDocument, {
    variables: { id: ticket.id },
    // Viewers with canDeleteAll stay on the page of the ticket, which offers to restore it.
    ...(seesDeleted && { refetchQueries: [TicketDocument] }),
  });
  const remove = async () => {
    try {
      const message = (await send()).data?.deleteTicket.userErrors[0]?.message;
      if (message === undefined) {
        tell(`Ticket #${ticket.number} was deleted.`);
        refreshViewCounts();
        if (!seesDeleted) navigate('/tickets', { replace: true });
        return;
      }
      tellError(message);
    } catch (failure) {
      tellError(explain(failure));
    }
    onClose();
  };
  return (
    <Dialog title={`Delete ticket #${ticket.number}?`} onClose={onClose}>
      <p>
        Nobody finds it any more, nor what was written on it, and mails about it that wait are not sent. Nobody gets a
        mail about the deletion.
      </p>
      <p>
        {seesDeleted
          ? 'You find it under Deleted, and can restore it there.'
          : 'Only people who may delete all tickets can restore it.'}
      </p>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Keep it
        </button>
        <button type="button" className="button danger" disabled={loading} onClick={() => void remove()}>
          Delete the ticket
        </button>
      </div>
    </Dialog>
  );
}
