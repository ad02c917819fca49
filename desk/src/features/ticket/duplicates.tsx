import { useQuery } from '@apollo/client/react';
import { useState } from 'react';
import { apollo, mutate } from '../../app/api.js';
import { usePerform } from '../../app/perform.js';
import {
  FindTicketsDocument,
  MarkDuplicateDocument,
  SimilarToTicketDocument,
  type TicketDetailsFragment,
  TicketDocument,
  type TicketLinkFragment,
  UnmarkDuplicateDocument,
} from '../../generated/graphql.js';
import { ConfirmDialog } from '../../ui/confirm-dialog.js';
import { CheckBox } from '../../ui/field.js';
import { Icon } from '../../ui/icon.js';
import { StatusIcon } from '../../ui/labels.js';
import { type Option } from '../../ui/option.js';
import { Picker } from '../../ui/picker.js';
import { TicketLink } from '../../ui/ticket-link.js';

function asOption({ id, number, title, status }: TicketLinkFragment): Option {
  return { id, label: title, hint: `#${number}`, icon: <StatusIcon status={status} /> };
}

/** Links between tickets that are about the same thing: those that there are, and suggestions. */
export function Duplicates({ ticket }: { ticket: TicketDetailsFragment }) {
  const { viewerCanEdit, duplicateOf, duplicates } = ticket;
  const canMark = viewerCanEdit && duplicateOf === null && duplicates.length === 0;
  const { data } = useQuery(SimilarToTicketDocument, { variables: { id: ticket.id }, skip: !canMark });
  const [original, setOriginal] = useState<Option | null>(null);
  const similar = canMark ? (data?.ticket?.similar ?? []).map((each) => each.ticket) : [];

  const find = async (search: string): Promise<readonly Option[]> => {
    if (search === '') return similar.map(asOption);
    const found = await apollo.query({
      query: FindTicketsDocument,
      variables: { filter: { search, duplicate: false } },
    });
    const nodes = (found.data?.tickets.edges ?? []).map(({ node }) => node);
    return nodes.filter(({ id }) => id !== ticket.id).map(asOption);
  };

  if (!canMark && duplicates.length === 0) return null;
  return (
    <section aria-label="Duplicates" className="side-section">
      <Links title="Duplicates of this" tickets={duplicates} />
      <Links title="Perhaps the same" tickets={similar} />
      {canMark && (
        <Picker label="Duplicate of" options={find} selected={[]} onPick={(_id, option) => setOriginal(option)}>
          <Icon name="copy" /> Mark as a duplicate…
        </Picker>
      )}
      {original && <MarkDialog ticket={ticket} original={original} onClose={() => setOriginal(null)} />}
    </section>
  );
}

function Links({ title, tickets }: { title: string; tickets: readonly TicketLinkFragment[] }) {
  if (tickets.length === 0) return null;
  return (
    <>
      <h2>{title}</h2>
      <ul>
        {tickets.map((each) => (
          <li key={each.id}>
            <TicketLink ticket={each} />
          </li>
        ))}
      </ul>
    </>
  );
}

interface MarkDialogProps {
  readonly ticket: TicketDetailsFragment;
  readonly original: Option;
  readonly onClose: () => void;
}

function MarkDialog({ ticket, original, onClose }: MarkDialogProps) {
  const [close, setClose] = useState(true);
  const { busy, perform } = usePerform();
  const mark = async () => {
    const input = { ticketId: ticket.id, duplicateOfId: original.id, close };
    await perform(
      async () => (await mutate(MarkDuplicateDocument, { input }, [TicketDocument])).markDuplicate,
      'It is marked as a duplicate. You can take that back.',
    );
    onClose();
  };
  return (
    <ConfirmDialog
      title="Mark as a duplicate"
      action="Mark as a duplicate"
      danger={false}
      busy={busy}
      onConfirm={() => void mark()}
      onClose={onClose}
    >
      <p>
        #{ticket.number} is about the same as {original.hint} “<bdi>{original.label}</bdi>”. Nothing is merged: both
        stay as they are, and link to each other.
      </p>
      <CheckBox label={`Close #${ticket.number} as well`} checked={close} onChange={setClose} />
    </ConfirmDialog>
  );
}

/** Says above a duplicate which ticket goes on with it. */
export function DuplicateBanner({ ticket }: { ticket: TicketDetailsFragment }) {
  const { busy, perform } = usePerform();
  const unmark = async () =>
    perform(
      async () => (await mutate(UnmarkDuplicateDocument, { ticketId: ticket.id }, [TicketDocument])).unmarkDuplicate,
      'It is no duplicate any more. Its status stays.',
    );
  if (!ticket.duplicateOf) return null;
  return (
    <div className="notice duplicate-banner">
      <span>This is a duplicate of</span>
      <TicketLink ticket={ticket.duplicateOf} />
      {ticket.viewerCanEdit && (
        <button type="button" className="button small" disabled={busy} onClick={() => void unmark()}>
          <Icon name="unlink" /> Take back
        </button>
      )}
    </div>
  );
}
